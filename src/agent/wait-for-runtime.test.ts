import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { ImageRuntime } from "../runtime/runtime.ts";
import { waitForRuntime } from "./wait-for-runtime.ts";

function createRuntime(answersAtCall: number): Pick<ImageRuntime, "version"> {
  let calls = 0;
  return {
    async version() {
      calls += 1;
      if (calls < answersAtCall) throw new RuntimeError("connect ENOENT", { kind: "unavailable" });
      return { name: "test", version: "1" };
    },
  };
}

test("waits for a runtime that comes up late, and says once why", async () => {
  const clock = createManualClock();
  const said: string[] = [];
  const { signal } = new AbortController();
  const waiting = waitForRuntime(createRuntime(20), 30_000, clock, signal, ({ message }) =>
    said.push(message),
  );
  await clock.advance(10_000);
  assert.equal((await waiting).name, "test");
  assert.deepEqual(said, ["connect ENOENT"]);
});

test("gives up at its timeout with the last error", async () => {
  const clock = createManualClock();
  const waiting = waitForRuntime(createRuntime(1e9), 30_000, clock, new AbortController().signal);
  const rejected = assert.rejects(waiting, { kind: "unavailable" });
  await clock.advance(30_000);
  await rejected;
});

test("ends with the signal's reason", async () => {
  const clock = createManualClock();
  const stop = new AbortController();
  const waiting = waitForRuntime(createRuntime(1e9), 30_000, clock, stop.signal);
  const rejected = assert.rejects(waiting, /stopped/);
  await clock.advance(1000);
  stop.abort(new Error("stopped"));
  await rejected;
});
