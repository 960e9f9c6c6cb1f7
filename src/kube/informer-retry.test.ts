import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeErrorKind } from "./errors.ts";
import { countFailure, decideInformerRetry, type InformerFailure, noFailures } from "./informer-retry.ts";
import { informerTimings } from "./informer-timings.ts";

function decide(failure: Partial<InformerFailure>, random = 1) {
  return decideInformerRetry(
    { kind: "unavailable", failures: 1, state: "synced", known: 1, ...failure },
    informerTimings,
    () => random,
  );
}

test("waits longer after each failure, up to half a minute, and at random", () => {
  const delays = [1, 2, 3, 6, 7, 100].map((failures) => decide({ failures }).delayMs);
  assert.deepEqual(delays, [800, 1600, 3200, 25_600, 30_000, 30_000]);
  assert.equal(decide({ failures: 3 }, 0.5).delayMs, 1600);
  assert.equal(decide({ failures: 100 }, 0).delayMs, 50);
});

test("does not tell of one failure that passes, and tells of the second", () => {
  for (const kind of ["unavailable", "timeout", "gone", "unknown", "too-many-requests"] as const) {
    assert.equal(decide({ kind }).state, "synced", kind);
    assert.equal(decide({ kind, failures: 2 }).state, "failing", kind);
  }
});

test("is starting until something was listed, however often that fails", () => {
  assert.equal(decide({ state: "starting", failures: 50 }).state, "starting");
});

test("tells at once of what does not pass by itself", () => {
  for (const kind of ["forbidden", "unauthorized", "invalid"] as const) {
    for (const state of ["starting", "synced"] as const)
      assert.equal(decide({ kind, state }).state, "failing");
  }
});

test("asks for a permission again after half a minute to a minute", () => {
  const delays = [0, 1].map((random) => decide({ kind: "forbidden" }, random).delayMs);
  assert.deepEqual(delays, [30_000, 60_000]);
});

test("looks for a resource that is absent within ten seconds, each time", () => {
  const delays = [1, 2, 4, 50].map(
    (failures) => decide({ kind: "not-found", failures, known: 0, state: "absent" }).delayMs,
  );
  assert.deepEqual(delays, [1000, 2000, 8000, 8000]);
});

test("lets go of known objects only after half a minute of 404s, and of none at once", () => {
  let keptMs = 0;
  let failures = 1;
  for (; failures < 50; failures += 1) {
    const retry = decide({ kind: "not-found", failures, state: "failing" }, 0);
    if (retry.state === "absent") break;
    assert.equal(retry.state, "failing");
    keptMs += retry.delayMs;
  }
  assert.ok(keptMs > 25_000 && keptMs < 60_000, `${keptMs} ms, ${failures} times`);
  assert.equal(decide({ kind: "not-found", failures: 1, known: 0 }).state, "absent");
});

test("waits as long as the server asks, or a little longer, but not for ever", () => {
  const kind = "too-many-requests";
  assert.equal(decide({ kind, retryAfterMs: 8000 }, 0).delayMs, 8000);
  assert.equal(decide({ kind, retryAfterMs: 8000 }, 1).delayMs, 10_000);
  assert.equal(decide({ kind, retryAfterMs: 1e12 }, 0).delayMs, 300_000);
});

const relists: Partial<Record<KubeErrorKind, readonly boolean[]>> = {
  gone: [true, true, true],
  "not-found": [true, true, true],
  invalid: [true, true, true],
  unavailable: [false, false, false],
  timeout: [false, false, false],
  unknown: [false, false, true],
};
for (const [kind, expected] of Object.entries(relists)) {
  test(`${expected.includes(true) ? "lists again" : "goes on where it was"} after ${kind}`, () => {
    const given = [1, 2, 3].map((failures) => decide({ kind: kind as KubeErrorKind, failures }).relist);
    assert.deepEqual(given, expected);
  });
}

test("a server that answers again is not made to wait for the time that it was away", () => {
  let count = noFailures;
  for (let i = 0; i < 8; i += 1) count = countFailure(count, "unavailable");
  assert.deepEqual(count, { failures: 8, kind: "unavailable", repeated: 8 });
  count = countFailure(count, "gone");
  assert.deepEqual(count, { failures: 0, kind: "gone", repeated: 1 });
  assert.deepEqual(countFailure(count, "gone"), { failures: 0, kind: "gone", repeated: 2 });
  assert.deepEqual(countFailure(count, "timeout"), { failures: 1, kind: "timeout", repeated: 1 });
});
