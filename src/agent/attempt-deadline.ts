import type { Clock } from "../lib/clock.ts";

export interface AttemptDeadline {
  /** Aborts with `reason()` when time is over, or with the outer signal's reason. */
  readonly signal: AbortSignal;
  /** The image moves: its time counts from now. */
  touch(): void;
  /** Ends the attempt now, for this reason. */
  abort(reason: unknown): void;
  /** Must be called in a `finally`. */
  dispose(): void;
}

/**
 * The bound of one attempt: `timeoutMs` since its start or, where a runtime shows its downloads, since the
 * last byte arrived; so an image that moves is never cut, however slow, and one that hangs is.
 */
export function createAttemptDeadline(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal,
  reason: () => unknown,
): AttemptDeadline {
  const attempt = new AbortController();
  const timer = new AbortController();
  let endMs = clock.nowMs() + timeoutMs;
  const forward = () => attempt.abort(outer.reason);
  if (outer.aborted) forward();
  outer.addEventListener("abort", forward, { once: true });

  const watch = async () => {
    for (let leftMs = timeoutMs; leftMs > 0; leftMs = endMs - clock.nowMs()) {
      await clock.sleep(leftMs, timer.signal);
    }
    attempt.abort(reason());
  };
  watch().catch(() => {});

  return {
    signal: attempt.signal,
    touch: () => {
      endMs = clock.nowMs() + timeoutMs;
    },
    abort: (why) => attempt.abort(why),
    dispose: () => {
      timer.abort();
      outer.removeEventListener("abort", forward);
    },
  };
}
