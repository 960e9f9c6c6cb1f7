import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startFakeRuntime } from "../cri/fake-runtime.ts";
import { runPrestow } from "./prestow.ts";

/** Command lines that cannot be used, and what the one line must name. */
const unusable: readonly (readonly [name: string, args: readonly string[], names: RegExp])[] = [
  ["an unknown flag", ["--cri-sockt=x"], /--cri-sockt; did you mean --cri-socket/],
  ["a bad duration", ["--overall-timeout=5"], /--overall-timeout: .*"5"/],
  ["a negative duration", ["--overall-timeout=-5s"], /--overall-timeout: /],
  ["a bad number", ["--max-parallel=0"], /--max-parallel: /],
  ["a bad choice", ["--output=xml"], /--output: .*table, json/],
  ["a flag without its value", ["--docker-config"], /--docker-config: /],
  [
    "a list that is not there",
    ["--image-list-file=/nowhere/list.txt"],
    /--image-list-file: "\/nowhere\/list\.txt"/,
  ],
  ["a list that is a folder", ["--image-list-file=/"], /--image-list-file: "\/" is a directory/],
  [
    "a docker config that is not there",
    ["--docker-config=/nowhere/c.json"],
    /--docker-config.*\/nowhere\/c\.json/,
  ],
  ["plugins without their folder", ["--image-credential-provider-config=/x"], /provider-bin-dir/],
  ["plugins without their config", ["--image-credential-provider-bin-dir=/x"], /provider-config/],
  ["an escape sequence for a flag", ["--\u001b[31mred"], /unknown flag --\\x1b\[31mred/],
];

describe("a command line that cannot be used", () => {
  for (const [name, args, names] of unusable) {
    test(`for ${name} ends with exit status 2 and one line that names it`, async () => {
      const run = await runPrestow(["fetch", "example.com/app:v1", ...args], { withinMs: 5000 });
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.stderr, names);
      assert.equal(run.stderr.trimEnd().split("\n").length, 1, run.stderr);
      assert.equal(run.stdout, "");
    });
  }
});

describe("a list without images", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "prestow-f-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("is warned of and ends with exit status 0", async (t) => {
    const runtime = await startFakeRuntime({ socketPath: join(folder, "cri.sock") });
    t.after(() => runtime.close());
    const list = join(folder, "empty.txt");
    await writeFile(list, "# nothing\n\n");
    const args = [`--cri-socket=${runtime.socketPath}`, `--image-list-file=${list}`, "--output=json"];
    const run = await runPrestow(["fetch", ...args]);
    assert.equal(run.code, 0);
    assert.match(run.stderr, /"level":"warn".*list is empty/);
    assert.equal(JSON.parse(run.stdout).total, 0);
  });
});
