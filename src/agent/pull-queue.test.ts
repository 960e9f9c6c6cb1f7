import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { parseReference } from "../image/reference.ts";
import { type AttemptEnd, createPullQueue, type PullTask } from "./pull-queue.ts";

/** Tasks that take a second for each attempt, or until they are cancelled; what happens is noted with its second. */
function createBench(maxParallel: number) {
  const clock = createManualClock();
  const notes: string[] = [];
  let changes = 0;
  const queue = createPullQueue({ maxParallel, endMs: Number.POSITIVE_INFINITY }, clock, () => {
    changes += 1;
  });
  const note = (text: string) => notes.push(`${text}@${clock.nowMs() / 1000}`);
  const task = (ref: string, ...ends: readonly AttemptEnd[]): PullTask => {
    const left = [...ends];
    return {
      image: parseReference(ref),
      async attempt(signal) {
        note(ref);
        await clock.sleep(1000, signal).catch(() => note(`${ref} cancelled`));
        return left.shift() ?? { againInMs: undefined };
      },
      giveUp: () => void note(`${ref} given up`),
    };
  };
  return { clock, queue, notes, task, changes: () => changes };
}

test("starts what is arranged at once, in the order of priority", async () => {
  const { clock, queue, notes, task } = createBench(1);
  const [a, b, c] = [task("a:1"), task("b:1"), task("c:1")];
  queue.arrange([a, b]);
  assert.deepEqual(notes, ["a:1@0"]);
  queue.arrange([a, c, b]);
  await clock.advance(5000);
  assert.deepEqual(notes, ["a:1@0", "c:1@1", "b:1@2"]);
});

test("cancels what is missing from the arrangement, running or not, and nothing else", async () => {
  const { clock, queue, notes, task } = createBench(2);
  const [a, b, c] = [task("a:1"), task("b:1"), task("c:1")];
  queue.arrange([a, b, c]);
  await clock.advance(500);
  queue.arrange([b]);
  await clock.advance(5000);
  assert.deepEqual(notes, ["a:1@0", "b:1@0", "a:1 cancelled@0.5"]);
  await queue.drained();
});

test("gives the slot of a cancelled attempt away only when it has ended", async () => {
  const { clock, queue, notes, task } = createBench(1);
  const deaf: PullTask = {
    ...task("deaf:1"),
    attempt: () => clock.sleep(3000).then(() => ({ againInMs: 1 })),
  };
  queue.arrange([deaf]);
  queue.arrange([task("a:1")]);
  await clock.advance(2000);
  assert.deepEqual([notes, queue.runningCount()], [[], 1]);
  await clock.advance(1500);
  assert.deepEqual([notes, queue.phaseOf(deaf)], [["a:1@3"], undefined]);
});

test("starts no second attempt of a task that is arranged again while it runs", async () => {
  const { clock, queue, notes, task } = createBench(2);
  const a = task("a:1");
  queue.arrange([a]);
  queue.arrange([a]);
  await clock.advance(500);
  queue.arrange([a]);
  assert.deepEqual([notes, queue.phaseOf(a)], [["a:1@0"], "pulling"]);
});

test("tells where each task is", async () => {
  const { clock, queue, task } = createBench(1);
  const [again, next, last] = [task("again:1", { againInMs: 60_000 }), task("next:1"), task("last:1")];
  queue.arrange([again, next, last]);
  await clock.advance(1500);
  const phases = [again, next, last, task("never:1")].map((each) => queue.phaseOf(each));
  assert.deepEqual(phases, ["waiting", "pulling", "queued", undefined]);
});

test("ends a task's wait on request, but not the pause of its registry", async () => {
  const { clock, queue, notes, task } = createBench(1);
  const waiting = task("a.test/a:1", { againInMs: 60_000 });
  const paused = task("b.test/b:1", { againInMs: 1, pauseHostMs: 60_000 });
  queue.arrange([waiting, paused]);
  await clock.advance(3000);
  queue.hurry(waiting);
  queue.hurry(paused);
  await clock.advance(120_000);
  assert.deepEqual(notes, ["a.test/a:1@0", "b.test/b:1@1", "a.test/a:1@3", "b.test/b:1@62"]);
});

test("tells of each end, and of a start that came with time", async () => {
  const { clock, queue, task, changes } = createBench(1);
  queue.arrange([task("a:1", { againInMs: 5000 })]);
  assert.equal(changes(), 0);
  await clock.advance(1000);
  assert.equal(changes(), 1);
  await clock.advance(5000);
  assert.equal(changes(), 2);
});

test("cancels everything when it is closed, and starts nothing any more", async () => {
  const { clock, queue, notes, task } = createBench(1);
  queue.arrange([task("a:1", { againInMs: 0 }), task("b:1")]);
  await clock.advance(500);
  queue.close(new Error("stop"));
  await clock.advance(5000);
  queue.arrange([task("c:1")]);
  await queue.drained();
  assert.deepEqual([notes, clock.sleepers()], [["a:1@0", "a:1 cancelled@0.5"], 0]);
});

test("says when an attempt threw, and does the others", async () => {
  const { clock, queue, notes, task } = createBench(1);
  const broken = { ...task("broken:1"), attempt: () => Promise.reject(new Error("defect")) };
  queue.arrange([broken, task("a:1")]);
  const drained = assert.rejects(queue.drained(), /defect/);
  await clock.advance(5000);
  await drained;
  assert.deepEqual(notes, ["a:1@0"]);
});
