import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { createAttemptDeadline } from "./attempt-deadline.ts";

const never = new AbortController().signal;

test("ends an attempt after its timeout with the reason that is given", async () => {
  const clock = createManualClock();
  const deadline = createAttemptDeadline(clock, 1000, never, () => "over");
  await clock.advance(999);
  assert.equal(deadline.signal.aborted, false);
  await clock.advance(1);
  assert.equal(deadline.signal.reason, "over");
});

test("counts from the last sign of life", async () => {
  const clock = createManualClock();
  const deadline = createAttemptDeadline(clock, 1000, never, () => "over");
  for (let touch = 0; touch < 5; touch += 1) {
    await clock.advance(900);
    deadline.touch();
  }
  assert.equal(deadline.signal.aborted, false);
  await clock.advance(1000);
  assert.equal(deadline.signal.reason, "over");
});

test("ends with the outer signal's reason, also one from before", () => {
  const outer = new AbortController();
  const deadline = createAttemptDeadline(createManualClock(), 1000, outer.signal, () => "over");
  outer.abort("stopped");
  assert.equal(deadline.signal.reason, "stopped");
  const late = createAttemptDeadline(createManualClock(), 1000, outer.signal, () => "over");
  assert.equal(late.signal.reason, "stopped");
});

test("keeps the first reason", async () => {
  const clock = createManualClock();
  const deadline = createAttemptDeadline(clock, 1000, never, () => "over");
  deadline.abort("stalled");
  await clock.advance(2000);
  assert.equal(deadline.signal.reason, "stalled");
});

test("leaves no timer behind", async () => {
  const clock = createManualClock();
  createAttemptDeadline(clock, 1000, never, () => "over").dispose();
  await clock.advance(0);
  assert.equal(clock.sleepers(), 0);
});
