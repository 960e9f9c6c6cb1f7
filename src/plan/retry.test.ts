import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ErrorKind } from "../runtime/errors.ts";
import { attemptTimeoutMs, decideRetry, type FailedAttempt, retryRules } from "./retry.ts";

const timing = { initialDelayMs: 1000, maxDelayMs: 600_000, initialTimeoutMs: 30_000, maxTimeoutMs: 300_000 };
const hour = 3_600_000;

function decide(failure: Partial<FailedAttempt>, remainingMs = hour, random = 1) {
  return decideRetry(
    { kind: "unavailable", attempts: 1, failures: 1, ...failure },
    remainingMs,
    timing,
    () => random,
  );
}

const attemptsByKind: Partial<Record<ErrorKind, number>> = {
  "invalid-reference": 1,
  denied: 3,
  "not-found": 3,
};
for (const [kind, most] of Object.entries(attemptsByKind) as [ErrorKind, number][]) {
  test(`makes ${most} attempts of an image that is ${kind}`, () => {
    assert.equal(decide({ kind, attempts: most, failures: most }).again, false);
    if (most > 1) assert.equal(decide({ kind, attempts: most - 1, failures: most - 1 }).again, true);
  });
}

test("counts only the attempts that ended with this kind", () => {
  assert.equal(decide({ kind: "denied", attempts: 9, failures: 1 }).again, true);
});

test("tries every other kind again as long as there is time", () => {
  for (const kind of Object.keys(retryRules) as ErrorKind[]) {
    if (kind in attemptsByKind) continue;
    assert.equal(decide({ kind, attempts: 50, failures: 50 }).again, true, kind);
    assert.equal(decide({ kind, attempts: 50, failures: 50 }, 999).again, false, kind);
  }
});

const delays: Record<string, readonly [Partial<FailedAttempt>, number, number]> = {
  "waits the initial delay first": [{ attempts: 1 }, 1, 1000],
  "doubles the delay": [{ attempts: 4 }, 1, 8000],
  "halves it at most by jitter": [{ attempts: 4 }, 0, 4000],
  "stops growing at the maximum": [{ attempts: 40 }, 1, 600_000],
  "waits longer for what it cannot read": [{ kind: "unknown", attempts: 1 }, 1, 4000],
  "goes on at once with an image that moves": [{ kind: "stalled", attempts: 9, moved: true }, 1, 0],
  "pauses a minute where the registry does not say": [{ kind: "rate-limited" }, 0, 60_000],
  "pauses as long as the registry says": [{ kind: "rate-limited", retryAfterMs: 7000 }, 0, 7000],
  "jitters a pause upwards only": [{ kind: "rate-limited", retryAfterMs: 8000 }, 1, 10_000],
};
for (const [name, [failure, random, expected]] of Object.entries(delays)) {
  test(name, () => {
    const decision = decide(failure, hour, random);
    assert.equal(decision.again && decision.delayMs, expected);
  });
}

test("pauses the registry host only for a rate limit", () => {
  const limited = decide({ kind: "rate-limited" }, hour, 0);
  assert.equal(limited.again && limited.pauseHostMs, 60_000);
  const unavailable = decide({});
  assert.equal(unavailable.again && unavailable.pauseHostMs, undefined);
});

test("leaves a registry alone for a second at least, and longer each time, whatever it says", () => {
  const pauseMs = (failures: number) => {
    const decision = decide(
      { kind: "rate-limited", retryAfterMs: 0.2, attempts: failures, failures },
      hour,
      0,
    );
    return decision.again && decision.delayMs;
  };
  assert.deepEqual([1, 2, 4].map(pauseMs), [1000, 1000, 4000]);
});

test("never retries without a delay, nor with one that is no number", () => {
  const eager = { ...timing, initialDelayMs: 0 };
  for (const attempts of [1, 1025, 5000]) {
    const failure = { kind: "unavailable", attempts, failures: attempts } as const;
    const decision = decideRetry(failure, hour, eager, () => 0);
    assert.equal(decision.again && decision.delayMs, 25);
  }
});

test("gives up at once where the registry's pause is longer than what is left", () => {
  const decision = decide({ kind: "rate-limited", retryAfterMs: 60_000 }, 30_000);
  assert.deepEqual([decision.again, decision.pauseHostMs], [false, 75_000]);
});

test("leaves time for the attempt after the wait", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(retryRules) as ErrorKind[])),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: hour }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (kind, attempts, remainingMs, random) => {
        const decision = decide({ kind, attempts, failures: 1 }, remainingMs, random);
        assert.ok(!decision.again || decision.delayMs < remainingMs);
      },
    ),
  );
});

test("doubles an attempt's timeout up to the maximum", () => {
  const timeouts = [1, 2, 3, 4, 5, 60].map((attempt) => attemptTimeoutMs(attempt, timing));
  assert.deepEqual(timeouts, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
});

test("leaves no registry alone for much longer than six hours, whatever it says", () => {
  const failure = { kind: "rate-limited", retryAfterMs: 1e12, attempts: 1, failures: 1 } as const;
  const decision = decideRetry(failure, Number.POSITIVE_INFINITY, timing, () => 1);
  assert.deepEqual([decision.again, decision.pauseHostMs], [true, 7.5 * hour]);
});
