import type { Random } from "../lib/clock.ts";
import type { ErrorKind } from "../runtime/errors.ts";

/** What is done about one kind of failure. */
export interface RetryRule {
  /** Attempts in all before the image has failed; undefined: until the overall timeout. */
  readonly attempts: number | undefined;
  /** `growing`: the attempt delay, doubled each time; `slow`: four times that; `pause`: the registry is left alone. */
  readonly delay: "none" | "growing" | "slow" | "pause";
  readonly why: string;
}

/** The one table of what is tried again. docs/errors.md is generated from it. */
export const retryRules: Readonly<Record<ErrorKind, RetryRule>> = {
  "invalid-reference": { attempts: 1, delay: "none", why: "no runtime can read this name" },
  "not-found": { attempts: 3, delay: "growing", why: "a tag may be pushed a moment later" },
  denied: { attempts: 3, delay: "growing", why: "a credential may be rotated a moment later" },
  "rate-limited": { attempts: undefined, delay: "pause", why: "the registry asked for a pause" },
  unavailable: { attempts: undefined, delay: "growing", why: "networks and servers come back" },
  timeout: { attempts: undefined, delay: "growing", why: "the next attempt has more time" },
  stalled: { attempts: undefined, delay: "growing", why: "a new connection goes on where the old one stood" },
  "no-space": { attempts: undefined, delay: "slow", why: "the kubelet's garbage collection may make room" },
  corrupt: { attempts: undefined, delay: "growing", why: "a mirror or a proxy may have cut the bytes" },
  unsupported: { attempts: undefined, delay: "slow", why: "only a new image or a new runtime helps" },
  unknown: { attempts: undefined, delay: "slow", why: "what we cannot read is never called permanent" },
};

export interface RetryTiming {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly initialTimeoutMs: number;
  readonly maxTimeoutMs: number;
}

export interface FailedAttempt {
  readonly kind: ErrorKind;
  readonly retryAfterMs?: number | undefined;
  /** Attempts of this image in all. */
  readonly attempts: number;
  /** Those of them that ended with this kind: a runtime that was away is never the image's fault. */
  readonly failures: number;
  /** The image moved on between its attempts: what comes next is not held back. */
  readonly moved?: boolean;
}

export type RetryDecision = (
  | { readonly again: true; readonly delayMs: number }
  | { readonly again: false; readonly why: string }
) & {
  /** The registry host is left alone for this long, by every image. */
  readonly pauseHostMs?: number;
};

const slowFactor = 4;
/** Where the runtime's text does not say how long (containerd's never does). */
const defaultPauseMs = 60_000;
/** Less than this is no time for another attempt. */
const leastUsefulMs = 1000;
/** No registry is asked again within it, whatever it says: some ask for microseconds. */
const leastPauseMs = 1000;
/** Longer no registry is left alone, whatever it says: it is the longest window that a limit is known to have. */
const mostPauseMs = 6 * 3_600_000;
/** So that `--initial-pull-attempt-delay 0` is no storm. */
const leastDelayMs = 50;

/** Decides whether a failed image is tried again, and when; `remainingMs` is left of the overall timeout. */
export function decideRetry(
  failure: FailedAttempt,
  remainingMs: number,
  timing: RetryTiming,
  random: Random,
): RetryDecision {
  const { attempts, failures, kind } = failure;
  const rule = retryRules[kind];
  if (rule.attempts !== undefined && failures >= rule.attempts) {
    return { again: false, why: attempts === 1 ? "not tried again" : `given up after ${attempts} attempts` };
  }
  if (remainingMs < leastUsefulMs)
    return { again: false, why: "no further attempt fits into the overall timeout" };
  if (rule.delay === "pause") return decidePause(failure, remainingMs, timing, random);
  if (failure.moved) return { again: true, delayMs: 0 };
  const factor = rule.delay === "slow" ? slowFactor : 1;
  const delayMs = growingDelayMs(attempts, factor, timing, random);
  // Near the end the waits shrink, so that the last attempt is made while there is time for it.
  return { again: true, delayMs: Math.min(delayMs, remainingMs / 2) };
}

function decidePause(
  failure: FailedAttempt,
  remainingMs: number,
  timing: RetryTiming,
  random: Random,
): RetryDecision {
  const askedMs = Math.min(failure.retryAfterMs ?? defaultPauseMs, mostPauseMs);
  const growingMs = growingDelayMs(failure.failures, 1, timing, random);
  // Later than asked, never earlier: many nodes were told the same moment.
  const pauseHostMs = Math.round(Math.max(askedMs * (1 + random() / 4), growingMs, leastPauseMs));
  if (pauseHostMs > remainingMs - leastUsefulMs) {
    const why = "the registry's pause is longer than what is left of the overall timeout";
    return { again: false, why, pauseHostMs };
  }
  return { again: true, delayMs: pauseHostMs, pauseHostMs };
}

function growingDelayMs(attempts: number, factor: number, timing: RetryTiming, random: Random): number {
  const doubled = timing.initialDelayMs * factor * 2 ** Math.min(attempts - 1, 30);
  const fullMs = Math.max(Math.min(doubled, timing.maxDelayMs), leastDelayMs);
  return fullMs * (0.5 + random() / 2);
}

/** How long attempt number `attempt` (from 1) may take: doubled each time, up to the maximum. */
export function attemptTimeoutMs(attempt: number, timing: RetryTiming): number {
  return Math.min(timing.initialTimeoutMs * 2 ** Math.min(attempt - 1, 30), timing.maxTimeoutMs);
}
