import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { isRunning, parseProcessStat, readProcessIdentity, signalProcess, stopProcess } from "./process.ts";

const rest = "1 7 7 0 -1 4194560 90 0 0 0 0 0 0 0 20 0 1 0 162447 2850816 200";

const stats: Record<string, [text: string, state: string, startTicks: string]> = {
  "reads the state and the start time": [`42 (sleep) S ${rest}`, "S", "162447"],
  "is not misled by spaces and parentheses in the command name": [
    `42 (a) S 1 (b) Z ${rest}\n`,
    "Z",
    "162447",
  ],
};

for (const [name, [text, state, startTicks]] of Object.entries(stats)) {
  test(`parseProcessStat ${name}`, () => assert.deepEqual(parseProcessStat(text), { state, startTicks }));
}

test("parseProcessStat throws on text that is no stat", () => {
  for (const text of ["", "42 (sleep)", "1 2 3", `42 (sleep) S ${rest.replace("162447", "x")}`]) {
    assert.throws(() => parseProcessStat(text), /not the text/);
  }
});

async function startSleep(command: readonly [string, ...string[]]) {
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  await once(child, "spawn");
  const identity = readProcessIdentity(child.pid ?? 0);
  assert.ok(identity);
  return { child, identity };
}

test("a process with the id of an earlier one is not taken for it, nor signalled", async () => {
  const { child, identity } = await startSleep(["sleep", "60"]);
  const earlier = { ...identity, startTicks: String(Number(identity.startTicks) - 1) };
  assert.equal(isRunning(earlier), false);
  assert.equal(signalProcess(earlier, "SIGKILL"), false);
  await stopProcess(earlier);
  assert.equal(isRunning({ ...identity, bootId: "another boot" }), false);
  assert.equal(isRunning(identity), true);
  child.kill("SIGKILL");
});

test("stopProcess ends a process, even one that is stopped, and does nothing a second time", async () => {
  const { child, identity } = await startSleep(["sleep", "60"]);
  child.kill("SIGSTOP");
  await stopProcess(identity);
  assert.equal(isRunning(identity), false);
  await stopProcess(identity);
});

test("stopProcess kills what ignores SIGTERM once its grace is over", async () => {
  const { child, identity } = await startSleep([
    "sh",
    "-c",
    "trap '' TERM; echo ready; while :; do sleep 1; done",
  ]);
  await once(child.stdout, "data");
  const exit = once(child, "exit");
  await stopProcess(identity, 50);
  assert.deepEqual(await exit, [null, "SIGKILL"]);
});
