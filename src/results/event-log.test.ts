import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { createLogger } from "../lib/log.ts";
import { createEventLog } from "./event-log.ts";

const image = "docker.io/library/a:1";

function createBench() {
  const clock = createManualClock();
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    const { time, ...fields } = JSON.parse(line);
    assert.ok(time);
    lines.push(fields);
  };
  const log = createLogger({ level: "debug", format: "json", clock, write });
  return { clock, lines, observe: createEventLog(log, clock) };
}

test("writes a failed attempt as a warning with its kind and when the next one is", () => {
  const { lines, observe } = createBench();
  const attempt = { image, attempt: 1, startedAtMs: 0, durationMs: 5 };
  observe({ type: "attempt-failed", ...attempt, kind: "denied", message: "403", nextAttemptInMs: 900 });
  observe({ type: "attempt-failed", ...attempt, kind: "denied", message: "403", nextAttemptInMs: undefined });
  const line = { level: "warn", msg: "pull attempt failed", image, attempt: 1, kind: "denied", error: "403" };
  assert.deepEqual(lines, [
    { ...line, durationMs: 5, nextAttemptInMs: 900 },
    { ...line, durationMs: 5 },
  ]);
});

test("writes how far an image is every ten seconds at most", async () => {
  const { clock, lines, observe } = createBench();
  observe({ type: "attempt", image, attempt: 1, timeoutMs: 30_000 });
  for (let second = 1; second <= 25; second += 1) {
    await clock.advance(1000);
    observe({ type: "progress", image, downloadedBytes: second, totalBytes: 100 });
  }
  const progress = lines.filter(({ msg }) => msg === "pull in progress");
  assert.deepEqual(
    progress.map(({ downloadedBytes }) => downloadedBytes),
    [10, 20],
  );
});

test("writes a failed image as an error with where it was asked for", () => {
  const { lines, observe } = createBench();
  const base = { ref: "a:1", normalizedRef: image, where: "list:3", attempts: 3, durationMs: 5 };
  observe({ type: "done", result: { ...base, outcome: "failed", kind: "not-found", message: "no" } });
  const fields = { image, where: "list:3", kind: "not-found", error: "no", attempts: 3 };
  assert.deepEqual(lines, [{ level: "error", msg: "image failed", ...fields }]);
});

test("says once what became of a pulled image", () => {
  const { lines, observe } = createBench();
  observe({ type: "pulled", image, attempt: 1, sizeBytes: 7, startedAtMs: 0, durationMs: 5 });
  const base = { ref: "a:1", normalizedRef: image, where: "list:3", attempts: 1, durationMs: 5 };
  const result = { ...base, outcome: "pulled", imageId: "id", digest: undefined, sizeBytes: 7 } as const;
  observe({ type: "done", result });
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ["image pulled"],
  );
});
