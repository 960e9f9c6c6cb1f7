import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import { createWakeups } from "./wakeups.ts";

function createBench(turn: () => void) {
  const lines: string[] = [];
  const clock = createManualClock();
  const log = createLogger({ level: "info", format: "json", clock, write: (line) => void lines.push(line) });
  const stop = new AbortController();
  return { lines, stop, wakeups: createWakeups(turn, log, stop.signal) };
}

test("makes one turn of several wakes at once, and another one of a wake in the turn", async () => {
  let turns = 0;
  const { wakeups } = createBench(() => {
    turns += 1;
    if (turns === 1) wakeups.wake();
  });
  for (let i = 0; i < 5; i++) wakeups.wake();
  assert.equal(turns, 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(turns, 2);
});

test("says what a turn throws, and takes the next one", async () => {
  let turns = 0;
  const { wakeups, lines } = createBench(() => {
    turns += 1;
    throw new Error("defect");
  });
  for (let i = 0; i < 2; i++) {
    wakeups.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual([turns, lines.length], [2, 2]);
});

test("takes no turn after the stop", async () => {
  const { wakeups, stop } = createBench(() => assert.fail("a turn"));
  wakeups.wake();
  stop.abort(new Error("stop"));
  await new Promise((resolve) => setImmediate(resolve));
});
