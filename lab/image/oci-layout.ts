import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Blob, createBlob, type Descriptor } from "../images/blob.ts";
import type { BuiltImage } from "../images/build.ts";

/** What of an image's config says how it is run. */
export interface RunConfig {
  readonly User?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[] | null;
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

/** An image on disk. */
export interface LayoutImage extends BuiltImage {
  readonly config: RunConfig;
  readonly architecture: string;
  readonly layers: readonly Blob[];
}

async function readBlob(folder: string, descriptor: Descriptor): Promise<Blob> {
  const bytes = await readFile(join(folder, "blobs", ...descriptor.digest.split(":")));
  const blob = createBlob(descriptor.mediaType, bytes);
  if (blob.digest === descriptor.digest) return blob;
  throw new Error(
    `${folder}: the content of ${descriptor.digest} is not what its name says; remove the folder`,
  );
}

/**
 * Reads the only image of an OCI layout, checking every digest:
 * https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function readOciLayout(folder: string): Promise<LayoutImage> {
  const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
  const [descriptor, ...others] = index.manifests as Descriptor[];
  if (descriptor === undefined || others.length > 0) throw new Error(`${folder} does not hold one image`);
  const manifest = await readBlob(folder, descriptor);
  const content: { config: Descriptor; layers: Descriptor[] } = JSON.parse(manifest.bytes.toString());
  const config = await readBlob(folder, content.config);
  const layers = await Promise.all(content.layers.map((layer) => readBlob(folder, layer)));
  const settings: { architecture: string; config: RunConfig } = JSON.parse(config.bytes.toString());
  return { manifest, blobs: [...layers, config], layers, ...settings, config: settings.config };
}
