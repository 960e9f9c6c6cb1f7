import type { RuntimeImage } from "../../runtime/runtime.ts";

/** Images whose pin the runtime would not change: they are left alone for a while. */
export interface RefusedPins {
  add(imageId: string, nowMs: number): void;
  has(imageId: string, nowMs: number): boolean;
  /** Forgets those that are gone: what comes back may be pinned. */
  update(present: readonly RuntimeImage[]): void;
}

const pauseMs = 600_000;

/** Bounded by the images that are present. */
export function createRefusedPins(): RefusedPins {
  const sinceMs = new Map<string, number>();
  return {
    add: (imageId, nowMs) => void sinceMs.set(imageId, nowMs),
    has: (imageId, nowMs) => nowMs < (sinceMs.get(imageId) ?? Number.NEGATIVE_INFINITY) + pauseMs,
    update(present) {
      if (sinceMs.size === 0) return;
      const ids = new Set(present.map(({ id }) => id));
      for (const imageId of sinceMs.keys()) if (!ids.has(imageId)) sinceMs.delete(imageId);
    },
  };
}
