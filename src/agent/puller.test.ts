import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { parseReference } from "../image/reference.ts";
import type { AttemptEnd, PullTask } from "./pull-queue.ts";
import { runPuller } from "./puller.ts";

const never = new AbortController().signal;
const endMs = 1_000_000;

/** Tasks that note their starts and take a second for each attempt; `ends` says what each attempt leads to. */
function createBench() {
  const clock = createManualClock();
  const starts: string[] = [];
  let running = 0;
  let most = 0;
  const task = (ref: string, ...ends: readonly AttemptEnd[]): PullTask => {
    const left = [...ends];
    return {
      image: parseReference(ref),
      async attempt() {
        starts.push(`${ref}@${clock.nowMs() / 1000}`);
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(1000);
        running -= 1;
        return left.shift() ?? { againInMs: undefined };
      },
      giveUp: () => void starts.push(`${ref} given up@${clock.nowMs() / 1000}`),
    };
  };
  return { clock, starts, task, mostRunning: () => most };
}

test("runs no more attempts at once than it may, in the order of the list", async () => {
  const { clock, starts, task, mostRunning } = createBench();
  const done = runPuller(
    ["a:1", "b:1", "c:1", "d:1", "e:1"].map((ref) => task(ref)),
    { maxParallel: 2, endMs },
    clock,
    never,
  );
  await clock.advance(10_000);
  await done;
  assert.equal(mostRunning(), 2);
  assert.deepEqual(starts, ["a:1@0", "b:1@0", "c:1@1", "d:1@1", "e:1@2"]);
});

test("gives the slot of an image that waits to the next one", async () => {
  const { clock, starts, task } = createBench();
  const done = runPuller(
    [task("bad:1", { againInMs: 5000 }), task("good:1"), task("fine:1")],
    { maxParallel: 1, endMs },
    clock,
    never,
  );
  await clock.advance(10_000);
  await done;
  assert.deepEqual(starts, ["bad:1@0", "good:1@1", "fine:1@2", "bad:1@6"]);
});

test("prefers the earlier of the list as soon as its wait is over", async () => {
  const { clock, starts, task } = createBench();
  const done = runPuller(
    [task("first:1", { againInMs: 500 }), task("b:1"), task("c:1")],
    { maxParallel: 1, endMs },
    clock,
    never,
  );
  await clock.advance(10_000);
  await done;
  assert.deepEqual(starts, ["first:1@0", "b:1@1", "first:1@2", "c:1@3"]);
});

test("leaves a registry alone that asked for it, and no other", async () => {
  const { clock, starts, task } = createBench();
  const pause = { againInMs: 60_000, pauseHostMs: 60_000 };
  const tasks = [task("busy.test/a:1", pause), task("busy.test/b:1"), task("other.test/c:1")];
  const done = runPuller(tasks, { maxParallel: 1, endMs }, clock, never);
  await clock.advance(100_000);
  await done;
  assert.deepEqual(starts, ["busy.test/a:1@0", "other.test/c:1@1", "busy.test/a:1@61", "busy.test/b:1@62"]);
});

test("gives up at once what waits for a registry that wants to be left alone for longer than the run", async () => {
  const { clock, starts, task } = createBench();
  const pause = { againInMs: undefined, pauseHostMs: 2_000_000 };
  const tasks = [task("busy.test/a:1", pause), task("busy.test/b:1"), task("other.test/c:1")];
  const done = runPuller(tasks, { maxParallel: 1, endMs }, clock, never);
  await clock.advance(10_000);
  await done;
  assert.deepEqual(starts, ["busy.test/a:1@0", "busy.test/b:1 given up@1", "other.test/c:1@1"]);
});

test("lets running attempts end when it is stopped, and begins no more", async () => {
  const { clock, starts, task } = createBench();
  const stop = new AbortController();
  const done = runPuller([task("a:1"), task("b:1")], { maxParallel: 1, endMs }, clock, stop.signal);
  let ended = false;
  const rejected = assert.rejects(done, /stop/).finally(() => {
    ended = true;
  });
  await clock.advance(500);
  stop.abort(new Error("stop"));
  await clock.advance(400);
  assert.equal(ended, false);
  await clock.advance(10_000);
  await rejected;
  assert.deepEqual(starts, ["a:1@0"]);
});

test("ends at once with nothing to do", async () => {
  await runPuller([], { maxParallel: 4, endMs }, createManualClock(), never);
});

test("leaves no sleeper behind", async () => {
  const { clock, task } = createBench();
  const done = runPuller(
    [task("a:1", { againInMs: 100 }), task("b:1")],
    { maxParallel: 2, endMs },
    clock,
    never,
  );
  await clock.advance(10_000);
  await done;
  assert.equal(clock.sleepers(), 0);
});
