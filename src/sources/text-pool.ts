import type { PodPlacement } from "../plan/pod-placement.ts";

/**
 * One copy of what many objects of a cluster have in common: each comes out of its own JSON, so that equal texts and
 * placements would otherwise be as many copies as there are objects.
 */
export interface TextPool {
  text(text: string): string;
  placement(placement: PodPlacement): PodPlacement;
}

const nothingAsked: PodPlacement = {};

/** A pool of at most `maxEntries` texts and as many placements; a full one starts anew. */
export function createTextPool(maxEntries = 2000): TextPool {
  const texts = new Map<string, string>();
  const placements = new Map<string, PodPlacement>();
  return {
    text: (text) => share(texts, text, text, maxEntries),
    placement(placement) {
      const key = JSON.stringify(placement);
      return key === "{}" ? nothingAsked : share(placements, key, placement, maxEntries);
    },
  };
}

function share<T>(known: Map<string, T>, key: string, value: T, maxEntries: number): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= maxEntries) known.clear();
  known.set(key, value);
  return value;
}
