import type { Clock } from "../../src/lib/clock.ts";

export interface ManualClock extends Clock {
  /** Lets time pass: each sleeper wakes at its own moment, and what it starts then happens before the next one. */
  advance(ms: number): Promise<void>;
  /** How many are asleep. */
  sleepers(): number;
}

/** A clock that stands still until it is told; Unix time and monotonic time both start at 0. */
export function createManualClock(): ManualClock {
  let nowMs = 0;
  const sleeping = new Set<{ untilMs: number; wake: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    nowMs: () => nowMs,
    dateMs: () => nowMs,
    sleepers: () => sleeping.size,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          sleeping.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
        };
        signal?.addEventListener("abort", abort, { once: true });
        sleeping.add(sleeper);
      });
    },
    async advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        await settle();
        const next = [...sleeping].sort((a, b) => a.untilMs - b.untilMs)[0];
        if (next === undefined || next.untilMs > endMs) break;
        nowMs = Math.max(nowMs, next.untilMs);
        sleeping.delete(next);
        next.wake();
      }
      nowMs = endMs;
      await settle();
    },
  };
}
