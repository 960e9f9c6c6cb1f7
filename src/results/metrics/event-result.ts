import type { Result } from "../gen/metrics.ts";
import type { PullEvent } from "../pull-events.ts";

/** What the aggregator is told of an event; undefined where it ends no attempt. */
export function createEventResult(
  event: PullEvent,
  node: string,
  createId: () => string,
): Result | undefined {
  if (event.type !== "attempt-failed" && event.type !== "pulled") return undefined;
  return {
    attemptId: createId(),
    startedAt: wholeNumber(event.startedAtMs / 1000),
    image: event.image,
    // An empty error would mean success.
    error: event.type === "attempt-failed" ? event.message || event.kind : "",
    durationMs: wholeNumber(event.durationMs),
    node,
    sizeBytes: event.type === "pulled" ? wholeNumber(event.sizeBytes) : 0,
  };
}

/** The wire has no other: what a clock that was set back makes negative becomes 0. */
function wholeNumber(value: number): number {
  return Number.isFinite(value) ? Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.floor(value))) : 0;
}
