import type { Clock } from "../lib/clock.ts";

/** What somebody rings to wake one who waits. */
export interface Bell {
  ring(): void;
  /** Whether it rang, since the last wait or within the time. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** Lets the time pass and forgets what rang in it. */
  settle(ms: number, signal: AbortSignal): Promise<void>;
}

/** A bell for one who waits; nobody else does. */
export function createBell(clock: Pick<Clock, "sleep">): Bell {
  let rang = false;
  let wake: (() => void) | undefined;
  const sleep = (ms: number, signal: AbortSignal) => clock.sleep(ms, signal).catch(() => {});
  return {
    ring() {
      rang = true;
      wake?.();
    },
    async wait(timeoutMs, signal) {
      const timer = new AbortController();
      wake = () => timer.abort();
      signal.addEventListener("abort", wake, { once: true });
      if (!rang && !signal.aborted) await sleep(timeoutMs, timer.signal);
      signal.removeEventListener("abort", wake);
      wake = undefined;
      return rang;
    },
    async settle(ms, signal) {
      await sleep(ms, signal);
      rang = false;
    },
  };
}
