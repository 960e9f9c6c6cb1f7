import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createProgressTracker } from "./tracker.ts";

const failed = { ref: "a", where: "argument 1", attempts: 1, durationMs: 1, outcome: "failed" } as const;

test("follows an image from the queue to its end", () => {
  const tracker = createProgressTracker(["a"], createManualClock());
  const phase = () => tracker.state().images[0]?.phase;
  assert.deepEqual(phase(), { kind: "queued" });
  tracker.observe({ type: "attempt", image: "a", attempt: 1, timeoutMs: 1000 });
  assert.deepEqual(phase(), { kind: "pulling", startedMs: 0, attempt: 1 });
  tracker.observe({ type: "progress", image: "a", downloadedBytes: 5, totalBytes: 10 });
  assert.deepEqual(phase(), {
    kind: "pulling",
    startedMs: 0,
    attempt: 1,
    downloadedBytes: 5,
    totalBytes: 10,
  });
  const attempt = {
    image: "a",
    attempt: 1,
    kind: "denied",
    message: "",
    startedAtMs: 0,
    durationMs: 1,
  } as const;
  tracker.observe({ type: "attempt-failed", ...attempt, nextAttemptInMs: 500 });
  assert.deepEqual(phase(), { kind: "waiting", untilMs: 500, reason: "denied" });
  tracker.observe({ type: "done", result: { ...failed, normalizedRef: "a", kind: "denied", message: "" } });
  assert.deepEqual(phase(), { kind: "failed", reason: "denied" });
});

test("ignores progress that is told after the image was done", () => {
  const tracker = createProgressTracker(["a"], createManualClock());
  tracker.observe({ type: "done", result: { ...failed, normalizedRef: "a", kind: "denied", message: "" } });
  tracker.observe({ type: "progress", image: "a", downloadedBytes: 5, totalBytes: 10 });
  assert.equal(tracker.state().images[0]?.phase.kind, "failed");
});

test("shows no bytes where the runtime tells none, and a speed only once it can be known", async () => {
  const clock = createManualClock();
  const tracker = createProgressTracker(["a"], clock);
  assert.equal("downloadedBytes" in tracker.state(), false);
  tracker.observe({ type: "total", downloadedBytes: 0 });
  assert.equal("bytesPerSecond" in tracker.state(), false);
  await clock.advance(1000);
  tracker.observe({ type: "total", downloadedBytes: 5000 });
  assert.equal(tracker.state().bytesPerSecond, 5000);
});
