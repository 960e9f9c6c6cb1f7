import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Blob } from "./blob.ts";
import { createBlob, mediaTypes, sha256 } from "./blob.ts";
import { gzipStored } from "./gzip-stored.ts";
import { seededBytes, seededCompressibleBytes } from "./seeded-bytes.ts";
import type { TarFile } from "./tar.ts";
import { createTar } from "./tar.ts";

/** A layer with one file of `sizeBytes` pseudo-random bytes; equal specs give the identical blob. */
export interface LayerSpec {
  readonly seed: string;
  readonly sizeBytes: number;
  /** The blob is then about a quarter of `sizeBytes`; without it, a little more than `sizeBytes`. */
  readonly compressible?: boolean;
}

export interface Layer {
  readonly blob: Blob;
  /** The digest of the uncompressed tar. */
  readonly diffId: string;
}

const cache = new Map<string, Layer>();

/** The layer of a spec, built once in a process. */
export function buildLayer(spec: LayerSpec): Layer {
  const key = JSON.stringify([spec.seed, spec.sizeBytes, spec.compressible === true]);
  const layer = cache.get(key) ?? createLayer(spec, key);
  cache.set(key, layer);
  return layer;
}

/** A layer of given files. */
export function buildFilesLayer(files: readonly TarFile[]): Layer {
  const tar = createTar(files);
  return { blob: createBlob(mediaTypes.layer, gzipStored(tar)), diffId: sha256(tar) };
}

function createLayer(spec: LayerSpec, key: string): Layer {
  const path = `data/${createHash("sha256").update(key).digest("hex").slice(0, 24)}.bin`;
  if (spec.compressible !== true) {
    return buildFilesLayer([{ path, bytes: seededBytes(spec.seed, spec.sizeBytes) }]);
  }
  const tar = createTar([{ path, bytes: seededCompressibleBytes(spec.seed, spec.sizeBytes) }]);
  return { blob: createBlob(mediaTypes.layer, gzipSync(tar, { level: 1 })), diffId: sha256(tar) };
}
