import { createHash } from "node:crypto";

/** Content as a registry keeps it, under the digest of its bytes. */
export interface Blob {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly bytes: Buffer;
}

/** What a manifest or an index says of a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** The `sha256:…` digest of some bytes. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function createBlob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, digest: sha256(bytes), bytes };
}

export function createJsonBlob(mediaType: string, content: unknown): Blob {
  return createBlob(mediaType, Buffer.from(JSON.stringify(content)));
}

export function describe(blob: Blob): Descriptor {
  return { mediaType: blob.mediaType, digest: blob.digest, size: blob.bytes.length };
}

/** Whether a blob is pushed and served as a manifest (by `/manifests/`), not as a blob. */
export function isManifest(blob: Blob): boolean {
  return blob.mediaType === mediaTypes.manifest || blob.mediaType === mediaTypes.index;
}
