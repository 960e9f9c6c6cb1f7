import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { KubeError, type KubeErrorKind } from "../../kube/errors.ts";
import { createReconciler } from "./reconciler.ts";

const hour = 3_600_000;

function createBench(apply: (runs: number) => Promise<number | undefined>) {
  const clock = createManualClock();
  const stop = new AbortController();
  const runs: number[] = [];
  const failures: number[] = [];
  const reconciler = createReconciler({
    apply() {
      runs.push(clock.nowMs());
      return apply(runs.length);
    },
    failed: (_, count) => failures.push(count),
    clock,
    random: () => 1,
    signal: stop.signal,
  });
  return { clock, stop, runs, failures, reconciler };
}

test("does one thing at a time, and once more for all calls meanwhile", async () => {
  let finish = () => {};
  const { clock, runs, reconciler } = createBench(
    () => new Promise((resolve) => (finish = () => resolve(undefined))),
  );
  for (let calls = 0; calls < 5; calls += 1) reconciler.wake();
  await clock.advance(1);
  assert.equal(runs.length, 1);
  finish();
  await clock.advance(1);
  assert.equal(runs.length, 2);
  finish();
  await clock.advance(hour);
  assert.equal(runs.length, 2);
});

test("looks again after the time that it was told, or when it is woken", async () => {
  const { clock, runs, reconciler } = createBench(async (count) => (count < 3 ? 5000 : undefined));
  reconciler.wake();
  await clock.advance(1000);
  reconciler.wake();
  await clock.advance(hour);
  assert.deepEqual(runs, [0, 1000, 6000]);
  assert.equal(clock.sleepers(), 0);
});

test("looks again at once when it was woken while it ran", async () => {
  const bench = createBench(async (count) => {
    if (count === 1) bench.reconciler.wake();
    return count < 3 ? 5000 : undefined;
  });
  bench.reconciler.wake();
  await bench.clock.advance(hour);
  assert.deepEqual(bench.runs, [0, 0, 5000]);
});

test("waits longer after each failure, whoever wakes it, and anew after a success", async () => {
  const { clock, runs, failures, reconciler } = createBench(async (count) => {
    if (count === 4) return undefined;
    throw new KubeError("as told", { kind: "unavailable" });
  });
  reconciler.wake();
  for (let calls = 0; calls < 14; calls += 1) {
    await clock.advance(250);
    reconciler.wake();
  }
  assert.deepEqual(runs.slice(0, 4), [0, 500, 1500, 3500]);
  await clock.advance(1);
  assert.deepEqual(failures, [1, 2, 3, 1]);
});

const refused: readonly KubeErrorKind[] = ["forbidden", "not-found", "invalid"];
for (const kind of refused) {
  test(`comes again after ten minutes where it is ${kind}`, async () => {
    const { clock, runs, reconciler } = createBench(async () => {
      throw new KubeError("as told", { kind });
    });
    reconciler.wake();
    await clock.advance(hour - 1);
    assert.equal(runs.length, 6);
  });
}

test("ends with its signal", async () => {
  const { clock, stop, runs, reconciler } = createBench(async () => 1000);
  reconciler.wake();
  await clock.advance(1500);
  stop.abort();
  reconciler.wake();
  await clock.advance(hour);
  assert.deepEqual([runs.length, clock.sleepers()], [2, 0]);
});
