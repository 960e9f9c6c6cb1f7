import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { classifyMessage } from "./classify-message.ts";
import type { CliContext } from "./context.ts";
import { runCommandLine } from "./run.ts";

async function run(env: Readonly<Record<string, string>>, ...argv: string[]) {
  const written = { out: "", err: "" };
  const writeTo = (stream: "out" | "err") => (text: string) => {
    written[stream] += text;
  };
  const context: CliContext = {
    env,
    stdout: { write: writeTo("out"), terminal: undefined },
    stderr: { write: writeTo("err"), terminal: undefined },
    signal: new AbortController().signal,
    clock: createManualClock(),
    random: () => 0,
  };
  return { code: await runCommandLine(argv, context), ...written };
}

test("is what runs without a subcommand where DEPLOYMENT_NAME is set, also beside CONN_TARGET", async () => {
  const { code, err } = await run({ DEPLOYMENT_NAME: "puller", CONN_TARGET: "unix:///x" });
  assert.equal(code, 2);
  assert.match(err, /^prestow: CACHING_INTERVAL_HOURS: .*\nprestow: IMAGES: .*\n$/);
});

test("answers a flag that it does not have, and arguments, with status 2", async () => {
  assert.equal((await run({ DEPLOYMENT_NAME: "puller" }, "--nothing")).code, 2);
  assert.match((await run({}, "hold", "more")).err, /hold takes flags only/);
});

test("says what it does", async () => {
  const { code, out } = await run({}, "hold", "--help");
  assert.equal(code, 0);
  assert.match(out, /--config-dir DIR/);
});

test("judges what the kubelet passes on as what a runtime says itself", () => {
  assert.equal(classifyMessage("failed to pull: x:1: not found", "NOT_FOUND"), "not-found");
  assert.equal(
    classifyMessage("unexpected status from HEAD request: 503 Service Unavailable", undefined),
    "unavailable",
  );
  assert.equal(classifyMessage("what is this?", "NO_SUCH_CODE"), "unknown");
});
