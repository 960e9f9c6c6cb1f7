import assert from "node:assert/strict";
import { test } from "node:test";
import { runCommand } from "./run-command.ts";

test("a command's standard output is its result", async () => {
  assert.equal(await runCommand(["printf", "a\nb"]), "a\nb");
});

test("a failure names the command, its status and what it said, harmless to a terminal", async () => {
  const command = ["sh", "-c", "printf 'bad \\033[2J\\n' >&2; exit 3"] as const;
  await assert.rejects(runCommand([...command]), /^Error: `sh -c .*` failed \(3\):\n {2}bad \\x1b\[2J$/);
});

test("a signal ends the command", async () => {
  const stop = new AbortController();
  const running = runCommand(["sleep", "60"], { signal: stop.signal });
  stop.abort();
  await assert.rejects(running, { name: "AbortError" });
});
