import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { containerdMatrix } from "../containerd/matrix.ts";
import { canary } from "./clean-output.ts";
import { useNode } from "./node.ts";
import { prestowCommand } from "./prestow.ts";

const run = promisify(execFile);

/** Runs the bundle on a terminal of its own; what it wrote there. Ends badly where the exit status is not this. */
async function runOnTerminal(args: readonly string[], expected: number): Promise<string> {
  const quoted = prestowCommand(args).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const command = `stty cols 120 rows 30; ${quoted.join(" ")}; test $? = ${expected}`;
  const { stdout } = await run("script", ["-qec", command, "/dev/null"], { timeout: 15_000 });
  return stdout;
}

for (const kind of containerdMatrix) {
  describe(`a terminal, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("shows each image while it is pulled, then the table", async () => {
      const image = node().publish({ sizeBytes: 2_000_000 });
      node().registry.fault(image.repository, { on: "blob", kind: "slow", bytesPerSecond: 1_500_000 });
      const shown = await runOnTerminal(["fetch", `--cri-socket=${node().socket}`, image.ref], 0);
      assert.ok(shown.includes(image.repository));
      assert.match(shown, /%/);
      assert.match(shown, /ATTEMPTS +OUTCOME/);
      assert.ok(shown.trimEnd().endsWith("s"), shown.slice(-200));
    });

    test("obeys nothing that stands in a name, a credential's plugin or a registry's error", async () => {
      const image = node().publish();
      const hostile = "\u001b]0;owned\u0007\u001b[35m\u009b35m\u202e";
      const body = JSON.stringify({ errors: [{ code: "DENIED", message: hostile }] });
      const headers = { "content-type": "application/json" };
      node().registry.fault(image.repository, { on: "blob", kind: "status", status: 403, headers, body });
      const list = await node().write("hostile.txt", `${hostile}\nregistry/${hostile}\n${image.ref}\n`);
      const flags = [`--cri-socket=${node().socket}`, `--image-list-file=${list}`, "--debug"];
      const shown = await runOnTerminal(["fetch", ...flags, "--initial-pull-attempt-delay=10ms"], 1);
      for (const sequence of ["\u001b]", "\u0007", "\u001b[35m", "\u009b", "\u202e", canary]) {
        assert.ok(!shown.includes(sequence), JSON.stringify(sequence));
      }
      assert.ok(shown.includes("owned"));
    });
  });
}
