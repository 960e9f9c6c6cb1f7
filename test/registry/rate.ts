import type { Clock } from "../../src/lib/clock.ts";

/** A limit of bytes per second that any number of senders share. */
export interface Rate {
  readonly bytesPerSecond: number;
  /** Waits until so many more bytes may pass; rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

// A timer comes late; what it lost may be caught up within this time, so that the mean stays right.
const catchUpMs = 20;

export function createRate(bytesPerSecond: number, clock: Clock): Rate {
  let freeAtMs = clock.nowMs();
  return {
    bytesPerSecond,
    async take(bytes, signal) {
      const nowMs = clock.nowMs();
      freeAtMs = Math.max(freeAtMs, nowMs - catchUpMs) + (bytes * 1000) / bytesPerSecond;
      if (freeAtMs > nowMs) await clock.sleep(freeAtMs - nowMs, signal);
    },
  };
}
