import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import { createPullLog } from "./pull-log.ts";

const image = "docker.io/library/a:1";

function createBench() {
  const clock = createManualClock();
  const messages: string[] = [];
  const write = (line: string) => messages.push(JSON.parse(line).msg);
  const log = createLogger({ level: "info", format: "json", clock, write });
  return { clock, messages, observer: createPullLog(log, clock) };
}

test("says how far a pull is every ten seconds, afresh for each pull", async () => {
  const { clock, messages, observer } = createBench();
  for (const attempt of [1, 2]) {
    observer.pull?.({ type: "attempt", image, attempt, timeoutMs: 60_000 });
    for (let second = 1; second <= 15; second += 1) {
      await clock.advance(1000);
      observer.pull?.({ type: "progress", image, downloadedBytes: second, totalBytes: 100 });
    }
    observer.pull?.({ type: "pulled", image, attempt, sizeBytes: 1, startedAtMs: 0, durationMs: 1 });
  }
  const once = ["pulling image", "pull in progress", "image pulled"];
  assert.deepEqual(messages, [...once, ...once]);
});

test("says which images failed, and leaves to others which were present", () => {
  const { messages, observer } = createBench();
  const base = { ref: "a:1", normalizedRef: image, where: "f:1", attempts: 1, durationMs: 1 };
  const there = { outcome: "present", imageId: "sha256:1", digest: undefined, sizeBytes: 1 } as const;
  observer.pull?.({ type: "done", result: { ...base, ...there } });
  observer.pull?.({ type: "done", result: { ...base, outcome: "failed", kind: "denied", message: "no" } });
  assert.deepEqual(messages, ["image failed"]);
});
