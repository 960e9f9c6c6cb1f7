import type { Random } from "../lib/clock.ts";
import type { KubeErrorKind } from "./errors.ts";
import type { InformerState } from "./informed.ts";
import type { InformerTimings } from "./informer-timings.ts";

/** What an informer is told by a list or a watch that failed. */
export interface InformerFailure {
  readonly kind: KubeErrorKind;
  readonly retryAfterMs?: number | undefined;
  /** In succession, this one included; see `countFailure`. */
  readonly failures: number;
  readonly state: InformerState;
  /** Objects that are known now. */
  readonly known: number;
}

/** What becomes of it. */
export interface InformerRetry {
  readonly state: InformerState;
  readonly delayMs: number;
  /** Lists all anew instead of going on from where it was. */
  readonly relist: boolean;
}

/** So that a random number near 0 is no storm. */
const leastDelayMs = 50;
/** A line that cannot be read so often is not read by another watch either. */
const unreadable = 3;

/**
 * So many 404s, half a minute at least, take known objects away. Objects end before their definition does, and are told so;
 * a 404 while some are known is an API server that is just starting, or a proxy that has lost its way.
 */
const goneAfter = 10;

/** What failed since something last came. */
export interface FailureCount {
  readonly failures: number;
  /** Of which kind the last one was, and how many before it in succession. */
  readonly kind: KubeErrorKind | undefined;
  readonly repeated: number;
}

export const noFailures: FailureCount = { failures: 0, kind: undefined, repeated: 0 };

/**
 * Counts a failure. `gone` and `not-found` are answers of a server that is well: however long it was away before, they
 * count for themselves.
 */
export function countFailure(before: FailureCount, kind: KubeErrorKind): FailureCount {
  const repeated = before.kind === kind ? before.repeated + 1 : 1;
  const isAnswer = kind === "gone" || kind === "not-found";
  return { failures: isAnswer ? 0 : before.failures + 1, kind, repeated };
}

/** Decides how an informer goes on after a failure. */
export function decideInformerRetry(
  failure: InformerFailure,
  timings: InformerTimings,
  random: Random,
): InformerRetry {
  const { kind } = failure;
  const relist = kind === "gone" || kind === "not-found" || kind === "invalid" || isUnreadable(failure);
  const delayMs = Math.max(
    delayOf(failure, timings, random),
    askedFor(failure, timings, random),
    leastDelayMs,
  );
  return { state: stateAfter(failure), delayMs: Math.round(delayMs), relist };
}

function isUnreadable({ kind, failures }: InformerFailure): boolean {
  return kind === "unknown" && failures % unreadable === 0;
}

function stateAfter({ kind, failures, state, known }: InformerFailure): InformerState {
  if (kind === "not-found") return known > 0 && failures < goneAfter ? "failing" : "absent";
  if (kind === "forbidden" || kind === "unauthorized" || kind === "invalid") return "failing";
  if (state === "starting") return "starting";
  // Connections end, and servers are restarted: only what does not come back at once is told.
  return failures === 1 ? state : "failing";
}

function delayOf(failure: InformerFailure, timings: InformerTimings, random: Random): number {
  const { kind, failures } = failure;
  if (kind === "forbidden") return timings.refusedMs * (1 + random());
  if (kind === "not-found") {
    return doubled(timings.absentFirstMs, failures, timings.absentMostMs) * (0.5 + random() / 2);
  }
  return doubled(timings.backoffFirstMs, failures, timings.backoffMostMs) * random();
}

function doubled(firstMs: number, times: number, mostMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(times - 1, 30), mostMs);
}

// Later than asked, never earlier: many agents were told the same moment.
function askedFor({ retryAfterMs = 0 }: InformerFailure, timings: InformerTimings, random: Random): number {
  return Math.min(retryAfterMs, timings.retryAfterMostMs) * (1 + random() / 4);
}
