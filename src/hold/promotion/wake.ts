import type { ObservedProbe } from "./observe-probes.ts";
import type { PromotionState } from "./state.ts";
import type { PromotionTimings } from "./timings.ts";

/** When something is to be decided though nothing happens; undefined: never. */
export function findWake(
  { references, ordered, provenMs }: PromotionState,
  open: readonly ObservedProbe[],
  { settleMs, orderMs }: PromotionTimings,
  nowMs: number,
): number | undefined {
  const times = [
    ...[...references.values()].flatMap(({ trials }) => [...trials.values()].map(({ nextMs }) => nextMs)),
    ...open.map(({ endMs }) => endMs),
    ...[...ordered.values()].map(({ atMs }) => atMs + orderMs),
    ...(provenMs === undefined ? [] : [provenMs + settleMs]),
  ];
  const wakeMs = Math.min(...times.filter((timeMs) => timeMs > nowMs));
  return wakeMs === Number.POSITIVE_INFINITY ? undefined : wakeMs;
}
