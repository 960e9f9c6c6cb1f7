import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeErrorKind } from "../kube/errors.ts";
import { decideLabelRetry } from "./node-label-retry.ts";

const backoff = { initialDelayMs: 500, maxDelayMs: 10_000 };
const minute = 60_000;

function decide(
  kind: KubeErrorKind,
  { attempts = 1, remainingMs = minute, random = 1, retryAfterMs = undefined as number | undefined } = {},
) {
  return decideLabelRetry({ kind, retryAfterMs }, attempts, remainingMs, backoff, () => random);
}

const final: readonly KubeErrorKind[] = ["forbidden", "not-found", "invalid", "gone"];
const passing: readonly KubeErrorKind[] = [
  "unauthorized",
  "conflict",
  "too-many-requests",
  "unavailable",
  "timeout",
  "unknown",
];
for (const kind of final) {
  test(`does not try again what is ${kind}`, () => assert.equal(decide(kind), undefined));
}
for (const kind of passing) {
  test(`tries again what is ${kind}, as long as there is time`, () => {
    assert.ok((decide(kind, { attempts: 90 }) ?? 0) > 0);
    assert.equal(decide(kind, { remainingMs: 9 }), undefined);
  });
}

const delays: Record<string, readonly [Parameters<typeof decide>[1], number | undefined]> = {
  "waits the initial delay first": [{}, 500],
  "doubles the delay": [{ attempts: 3 }, 2000],
  "stops growing at the maximum": [{ attempts: 40 }, 10_000],
  "halves it at most by jitter": [{ attempts: 3, random: 0 }, 1000],
  "waits at most half of what is left": [{ attempts: 40, remainingMs: 6000 }, 3000],
  "obeys the server's pause, and a quarter more at most": [{ retryAfterMs: 8000 }, 10_000],
  "never comes earlier than asked": [{ retryAfterMs: 8000, random: 0 }, 8000],
  "keeps its own delay where that is longer": [{ attempts: 5, retryAfterMs: 1 }, 8000],
  "does not wait for a pause that is longer than what is left": [{ retryAfterMs: 60_000 }, undefined],
};
for (const [name, [options, expected]] of Object.entries(delays)) {
  test(name, () => assert.equal(decide("unavailable", options), expected));
}
