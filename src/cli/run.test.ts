import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { version } from "../version.ts";
import { type CliContext, StopRequest } from "./context.ts";
import { runCommandLine } from "./run.ts";

function createContext(signal = new AbortController().signal) {
  const written = { out: "", err: "" };
  const writeTo = (stream: "out" | "err") => (text: string) => {
    written[stream] += text;
  };
  const context: CliContext = {
    env: {},
    stdout: { write: writeTo("out"), terminal: undefined },
    stderr: { write: writeTo("err"), terminal: undefined },
    signal,
    clock: createManualClock(),
    random: () => 0,
  };
  return { context, written };
}

async function run(...argv: string[]) {
  const { context, written } = createContext();
  return { code: await runCommandLine(argv, context), ...written };
}

test("shows the subcommands and exits 2 without one", async () => {
  const { code, out, err } = await run();
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /fetch {2,}\S/);
});

for (const help of ["help", "--help", "-h"]) {
  test(`shows the subcommands for ${help}`, async () => {
    const { code, out, err } = await run(help);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /fetch {2,}\S/);
  });
}

test("says its version, the one of package.json", async () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.equal(version, manifest.version);
  assert.equal((await run("--version")).out, `prestow ${version}\n`);
});

const mistakes: Record<string, readonly [readonly string[], RegExp]> = {
  "an unknown subcommand": [["fetsch"], /^prestow: unknown command "fetsch": did you mean fetch\?\n$/],
  "an unknown flag": [["fetch", "--max-paralel", "3"], /^prestow: .*--max-paralel.*--max-parallel.*\n$/],
  "a duration that is none": [
    ["fetch", "--overall-timeout=soon"],
    /^prestow: --overall-timeout: .*soon.*\n$/,
  ],
  "a list that is not there": [["fetch", "--image-list-file=/none"], /^prestow: --image-list-file: .*\n$/],
  "a docker config that is not there": [["fetch", "--docker-config=/none", "a"], /^prestow: .*\/none.*\n$/],
  "a plugin folder without a configuration": [
    ["fetch", "--image-credential-provider-bin-dir=/none", "a"],
    /^prestow: --image-credential-provider-bin-dir: .*--image-credential-provider-config.*\n$/,
  ],
};
for (const [name, [argv, line]] of Object.entries(mistakes)) {
  test(`answers ${name} with one line and status 2`, async () => {
    const { code, out, err } = await run(...argv);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, line);
  });
}

test("sleeps until it is stopped, and calls that success", async () => {
  const stop = new AbortController();
  const { context } = createContext(stop.signal);
  const sleeping = runCommandLine(["sleep"], context);
  stop.abort(new StopRequest("SIGTERM"));
  assert.equal(await sleeping, 0);
});
