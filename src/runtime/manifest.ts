import { isRecord } from "../lib/record.ts";
import type { ImageLayers } from "./downloads.ts";

/**
 * The configuration and the layers that a blob names, where it is an image manifest (OCI image-spec, Docker schema 2); undefined
 * for everything else. What the bytes are is not known beforehand, so nothing in here throws.
 */
export function parseLayers(bytes: Buffer): ImageLayers | undefined {
  // Most small blobs are no JSON at all.
  if (bytes[0] !== 0x7b) return undefined;
  const manifest = parseJson(bytes);
  if (!isRecord(manifest) || !Array.isArray(manifest["layers"])) return undefined;
  const layers = new Map<string, number>();
  // The configuration is a download like the layers, and they begin only once it is there.
  for (const part of [manifest["config"], ...manifest["layers"]]) {
    if (!isRecord(part)) return undefined;
    const { digest, size } = part;
    if (typeof digest !== "string" || typeof size !== "number") return undefined;
    layers.set(digest, size);
  }
  return { layers: [...layers].map(([digest, sizeBytes]) => ({ digest, sizeBytes })) };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
