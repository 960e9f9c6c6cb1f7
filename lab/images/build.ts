import type { Blob } from "./blob.ts";
import { createJsonBlob, describe, mediaTypes } from "./blob.ts";
import type { Layer, LayerSpec } from "./layer.ts";
import { buildFilesLayer, buildLayer } from "./layer.ts";
import type { TarFile } from "./tar.ts";

export type { Blob } from "./blob.ts";
export type { LayerSpec } from "./layer.ts";
export type { TarFile } from "./tar.ts";

/** An image or an index with all that it refers to. */
export interface BuiltImage {
  /** What a tag points to: a manifest or an index. */
  readonly manifest: Blob;
  /** Everything else, each once, and what is referred to before what refers to it. */
  readonly blobs: readonly Blob[];
}

export interface ImageSpec {
  readonly layers: readonly LayerSpec[];
  /** `os/architecture[/variant]`; the machine's where it is absent. */
  readonly platform?: string;
  readonly entrypoint?: readonly string[];
  /** Files of a last layer of their own, as a static program in an image from scratch. */
  readonly files?: readonly TarFile[];
}

export interface IndexEntry {
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  readonly image: BuiltImage;
}

/**
 * An OCI image whose content depends on the spec alone, so that its digest is the same in every run (of
 * compressible layers: with the same zlib).
 */
export function buildImage(spec: ImageSpec): BuiltImage {
  const layers = spec.layers.map(buildLayer);
  if (spec.files !== undefined) layers.push(buildFilesLayer(spec.files));
  const config = createConfig(spec, layers);
  const manifest = createJsonBlob(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(config),
    layers: layers.map((layer) => describe(layer.blob)),
  });
  return { manifest, blobs: unique([...layers.map((layer) => layer.blob), config]) };
}

/** A multi-platform image out of images of one platform each. */
export function buildIndex(entries: readonly IndexEntry[]): BuiltImage {
  const manifest = createJsonBlob(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: entries.map((entry) => ({
      ...describe(entry.image.manifest),
      platform: parsePlatform(entry.platform),
    })),
  });
  return { manifest, blobs: unique(entries.flatMap(({ image }) => [...image.blobs, image.manifest])) };
}

function createConfig(spec: ImageSpec, layers: readonly Layer[]): Blob {
  return createJsonBlob(mediaTypes.config, {
    created: "1970-01-01T00:00:00Z",
    ...parsePlatform(spec.platform ?? machinePlatform()),
    config: spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
  });
}

/** `linux/` and the machine's architecture in Go's words, which images use. */
export function machinePlatform(): string {
  return `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
}

function parsePlatform(platform: string): { os: string; architecture: string; variant?: string } {
  const [os, architecture, variant] = platform.split("/");
  if (!os || !architecture) throw new Error(`the platform ${platform} is not os/architecture[/variant]`);
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

function unique(blobs: readonly Blob[]): Blob[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}
