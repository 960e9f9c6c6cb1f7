import assert from "node:assert/strict";
import { test } from "node:test";
import { fail, listedImage } from "../../../test/agent/agent-bench.ts";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import { createPresentImages } from "./present-images.ts";

function createBench() {
  const clock = createManualClock();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLogger({ level: "info", format: "json", clock, write });
  const listedAt: number[] = [];
  const answer = { with: async () => [listedImage("a:1")] };
  const listImages = () => {
    listedAt.push(clock.nowMs());
    return answer.with();
  };
  const settings = { syncPeriodMs: 15_000, listTimeoutMs: 10_000 };
  const present = createPresentImages({ listImages }, settings, clock, log);
  const stop = new AbortController();
  let told = 0;
  const done = present.run(() => {
    told += 1;
  }, stop.signal);
  return { clock, lines, listedAt, answer, present, stop, done, told: () => told };
}

test("lists at once, then each sync period", async () => {
  const { clock, listedAt, present, told } = createBench();
  await clock.advance(40_000);
  assert.deepEqual([listedAt, told(), present.listedMs()], [[0, 15_000, 30_000], 3, 30_000]);
});

test("counts the period from the last list, whoever asked for it", async () => {
  const { clock, listedAt, present } = createBench();
  await clock.advance(10_000);
  present.refresh();
  await clock.advance(20_000);
  assert.deepEqual(listedAt, [0, 10_000, 25_000]);
});

test("makes one list of several wishes, the earliest counts", async () => {
  const { clock, listedAt, present } = createBench();
  await clock.advance(1000);
  present.refresh(100);
  present.refresh(50);
  present.refresh(500);
  await clock.advance(5000);
  assert.deepEqual(listedAt, [0, 1050]);
});

test("lists again when it is asked to while a list is on its way", async () => {
  const { clock, listedAt, present, answer } = createBench();
  answer.with = () => clock.sleep(100).then(() => []);
  await clock.advance(15_050);
  present.refresh();
  await clock.advance(1000);
  assert.deepEqual(listedAt, [0, 15_000, 15_100]);
});

test("tries again with backoff what fails, and says so once", async () => {
  const { clock, listedAt, lines, answer, present } = createBench();
  answer.with = async () => fail("unavailable");
  await clock.advance(35_000);
  const gaps = listedAt.slice(1).map((ms, index) => ms - (listedAt[index] ?? 0));
  assert.deepEqual(gaps, [15_000, 250, 500, 1000, 2000, 4000, 5000, 5000]);
  assert.deepEqual([present.index()?.images.length, present.listedMs()], [1, 0]);
  answer.with = async () => [];
  await clock.advance(5000);
  assert.deepEqual([present.error(), lines.length], [undefined, 2]);
});

test("adds what was pulled to the list, and to one that was drawn up before", async () => {
  const { clock, answer, present } = createBench();
  await clock.advance(1000);
  answer.with = () => clock.sleep(100).then(() => []);
  present.refresh();
  await clock.advance(50);
  present.add(listedImage("b:1"));
  assert.equal(present.index()?.images.length, 2);
  await clock.advance(100);
  assert.deepEqual(
    present.index()?.images.map(({ repoTags }) => repoTags[0]),
    ["docker.io/library/b:1"],
  );
  await clock.advance(15_200);
  assert.deepEqual(present.index()?.images, []);
});

test("does not take one pulled image for all that is there before the first list", async () => {
  const { clock, answer, present } = createBench();
  answer.with = () => clock.sleep(100).then(() => [listedImage("a:1")]);
  present.add(listedImage("b:1"));
  assert.equal(present.index(), undefined);
  await clock.advance(100);
});

test("ends with its signal and leaves no sleeper behind", async () => {
  const { clock, stop, done } = createBench();
  await clock.advance(1000);
  stop.abort(new Error("stop"));
  await done;
  assert.equal(clock.sleepers(), 0);
});
