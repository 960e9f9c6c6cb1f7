import { setTimeout as delay } from "node:timers/promises";

/**
 * Time as an argument, so that tests decide what it says and how it passes.
 * `nowMs` is monotonic and only good for differences; `dateMs` is Unix time.
 */
export interface Clock {
  nowMs(): number;
  dateMs(): number;
  /** Waits `ms`; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

/** Node's timers count in 32 bits (24.8 days) and fire at once beyond that. */
export const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  dateMs: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      for (let leftMs = ms; leftMs > longestTimerMs; leftMs -= longestTimerMs) {
        await delay(longestTimerMs, undefined, signal === undefined ? {} : { signal });
      }
      await delay(ms % longestTimerMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
