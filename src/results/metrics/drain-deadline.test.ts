import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createDrainDeadline, type DrainState, decideDrainEndMs } from "./drain-deadline.ts";

const state: DrainState = {
  startMs: 5000,
  timeoutMs: 10_000,
  stoppedMs: undefined,
  answeredMs: undefined,
  patienceMs: Number.POSITIVE_INFINITY,
};
const ends: Record<string, [changed: Partial<DrainState>, endMs: number]> = {
  "while nothing has failed it has all its time": [{}, 15_000],
  "while answers come it has all its time": [{ answeredMs: 14_000 }, 15_000],
  "where nobody answered it has a second": [{ patienceMs: 1000 }, 6000],
  "where somebody may be busy it has more": [{ patienceMs: 4000 }, 9000],
  "an answer of long ago adds nothing": [{ patienceMs: 1000, answeredMs: 100 }, 6000],
  "where answers cease it has a second from the last one": [{ patienceMs: 1000, answeredMs: 9000 }, 10_000],
  "answers that cease late add nothing to its time": [{ patienceMs: 1000, answeredMs: 14_500 }, 15_000],
  "a stop leaves it a second": [{ stoppedMs: 8000 }, 9000],
  "a stop before it leaves it a second": [{ stoppedMs: 10 }, 6000],
  "a stop at its end adds nothing": [{ stoppedMs: 14_900 }, 15_000],
  "a short time stays short": [{ timeoutMs: 300, patienceMs: 1000 }, 5300],
};
for (const [name, [changed, endMs]] of Object.entries(ends)) {
  test(name, () => assert.equal(decideDrainEndMs({ ...state, ...changed }), endMs));
}

function setup() {
  const clock = createManualClock();
  const expired: number[] = [];
  const deadline = createDrainDeadline(clock, () => expired.push(clock.nowMs()));
  return { clock, expired, deadline };
}

test("each attempt that ends moves the end", async () => {
  const { clock, expired, deadline } = setup();
  deadline.noteFailure(1000);
  await clock.advance(5000);
  deadline.begin(10_000, undefined);
  await clock.advance(900);
  deadline.noteAnswer();
  await clock.advance(3000);
  deadline.noteAnswer();
  deadline.noteFailure(1000);
  await clock.advance(999);
  assert.deepEqual(expired, []);
  await clock.advance(1);
  assert.deepEqual(expired, [9900]);
});

test("a stop ends it a second later, be it in its midst or before it", async () => {
  for (const beforeMs of [0, 700]) {
    const { clock, expired, deadline } = setup();
    const stop = new AbortController();
    if (beforeMs === 0) stop.abort();
    deadline.begin(10_000, stop.signal);
    await clock.advance(beforeMs);
    stop.abort();
    await clock.advance(20_000);
    assert.deepEqual(expired, [beforeMs + 1000]);
  }
});

test("once it is over nothing expires and no timer is left", async () => {
  const { clock, expired, deadline } = setup();
  const stop = new AbortController();
  deadline.begin(1000, stop.signal);
  deadline.end();
  stop.abort();
  deadline.noteFailure(1000);
  await clock.advance(5000);
  assert.deepEqual([expired, clock.sleepers()], [[], 0]);
});
