import assert from "node:assert/strict";
import { test } from "node:test";
import { measureRun } from "./measure.ts";

const node = process.execPath;
const signal = new AbortController().signal;

test("a run is measured from its start to its end, with what it printed and its memory", async () => {
  const code = "setTimeout(() => console.log('done'), 200)";
  const run = await measureRun([node, "-e", code], { signal, memoryEveryMs: 5 });
  assert.equal(run.stdout, "done\n");
  assert.ok(run.totalMs >= 200, `${run.totalMs} ms`);
  assert.ok(Math.abs(run.startedAtMs + run.totalMs - Date.now()) < 5_000);
  assert.ok(run.peak !== undefined && run.peak.peakResidentBytes > 10_000_000);
});

test("a program gets nothing of our environment but a PATH", async () => {
  const run = await measureRun([node, "-p", "Object.keys(process.env).join()"], { signal });
  assert.equal(run.stdout, "PATH\n");
});

test("a run that fails is an error that says what the program said", async () => {
  const failing = measureRun([node, "-e", "console.error('no such image'); process.exitCode = 3"], {
    signal,
  });
  await assert.rejects(failing, /failed: 3: no such image/);
  await assert.rejects(measureRun(["/no/such/program"], { signal }), /ENOENT/);
});

test("a stop ends the program and is thrown as itself", async () => {
  const stop = new AbortController();
  const run = measureRun([node, "-e", "setInterval(() => {}, 1000)"], { signal: stop.signal });
  stop.abort(new Error("stopped by SIGINT"));
  await assert.rejects(run, /stopped by SIGINT/);
});
