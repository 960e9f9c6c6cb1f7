import type { RuntimeImage } from "../../runtime/runtime.ts";

interface Assertion {
  readonly times: number;
  readonly atMs: number;
  /** The list that it was decided from: it cannot show the pin yet. */
  readonly list: readonly RuntimeImage[];
}

/** When a pin that the runtime does not show is set again. */
export interface ShownPins {
  /** Forgets what is shown, or no longer here. */
  update(present: readonly RuntimeImage[]): void;
  isDue(imageId: string, list: readonly RuntimeImage[], nowMs: number): boolean;
  /** True: it was set twice before and never shown, so that this runtime seems to ignore pins. */
  asserted(imageId: string, list: readonly RuntimeImage[], nowMs: number): boolean;
}

// The runtime shows a pin some milliseconds after it is set; one that ignores pins must not be asked in each turn.
const pausesMs = [0, 1000, 15_000] as const;
const longPauseMs = 600_000;

/** Counts how often each pin was set without being seen; bounded by the images that are present. */
export function createShownPins(): ShownPins {
  const assertions = new Map<string, Assertion>();
  return {
    update(present) {
      if (assertions.size === 0) return;
      const waiting = new Set(present.filter(({ pinned }) => !pinned).map(({ id }) => id));
      for (const imageId of assertions.keys()) if (!waiting.has(imageId)) assertions.delete(imageId);
    },
    isDue(imageId, list, nowMs) {
      const last = assertions.get(imageId);
      if (last === undefined) return true;
      return list !== last.list && nowMs >= last.atMs + (pausesMs[last.times] ?? longPauseMs);
    },
    asserted(imageId, list, nowMs) {
      const times = (assertions.get(imageId)?.times ?? 0) + 1;
      assertions.set(imageId, { times, atMs: nowMs, list });
      return times > 2;
    },
  };
}
