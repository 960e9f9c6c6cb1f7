import type { ImageResult } from "./pull-events.ts";

/** What a run of `fetch` came to. */
export interface FetchResult {
  /** Undefined where the process was stopped before it had answered. */
  readonly runtime: { readonly name: string; readonly version: string } | undefined;
  readonly durationMs: number;
  readonly images: readonly ImageResult[];
}

export interface FetchCounts {
  readonly total: number;
  readonly pulled: number;
  readonly present: number;
  readonly failed: number;
}

/** Counts by outcome; `pulled` and `present` together are the images that are on the node now. */
export function countOutcomes(images: readonly ImageResult[]): FetchCounts {
  const count = (outcome: ImageResult["outcome"]) =>
    images.filter((image) => image.outcome === outcome).length;
  return {
    total: images.length,
    pulled: count("pulled"),
    present: count("present"),
    failed: count("failed"),
  };
}
