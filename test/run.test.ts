import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const runner = fileURLToPath(new URL("run.ts", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "prestow-run-"));
after(() => rmSync(root, { recursive: true }));

const head = 'import { describe, test } from "node:test";\n';
const files: Record<string, string> = {
  "good/a.test.ts": `${head}describe("suite", () => { test("one", () => {}); test("two", () => {}); });`,
  "good/node_modules/b.test.ts": `${head}test("of another", () => { throw new Error("must not run"); });`,
  "bad.test.ts": `${head}test("breaks", () => { console.log("said before"); throw new Error("boom"); });`,
  "hang.test.ts": `${head}test("stays", () => {}); setInterval(() => {}, 1000);`,
  "hang-in-test.test.ts": `${head}test("waits", () => new Promise(() => setInterval(() => {}, 1000)));`,
  "exit.test.ts": `${head}test("ends", () => {}); process.on("exit", () => { process.exitCode = 3; });`,
  "empty.test.ts": "export {};",
  "skip.test.ts": `${head}test("works", () => {}); test.skip("left out", () => {});`,
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(join(root, name, ".."), { recursive: true });
  writeFileSync(join(root, name), text);
}

function start(argv: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env["PATH"], ...environment };
  const { stdout, stderr, status } = spawnSync(process.execPath, [runner, ...argv], { cwd: root, env });
  const lines = stdout.toString().trimEnd().split("\n");
  return { stdout: stdout.toString(), stderr: stderr.toString(), status, last: lines.at(-1) };
}

const runs: Record<string, { argv: string[]; ci?: boolean; last: string; status: number; shows: RegExp }> = {
  "a directory without what is installed in it": {
    argv: ["good"],
    last: "2 passed, 0 failed",
    status: 0,
    shows: /^ok {4}good\/a\.test\.ts {2}2 passed/m,
  },
  "a glob, a failure in full with the file's output": {
    argv: ["{bad,good/*}.test.ts", "bad.test.ts"],
    last: "2 passed, 1 failed",
    status: 1,
    shows: /FAIL breaks\n {4}Error: boom\n[\s\S]*said before/,
  },
  "files together in one process, each with its own count": {
    argv: ["--together", "9", "good", "bad.test.ts", "skip.test.ts"],
    last: "3 passed, 1 failed",
    status: 1,
    shows: /FAIL breaks\n {4}Error: boom[\s\S]*^ok {4}good\/a\.test\.ts {2}2 passed/m,
  },
  "a file that holds up its process, and the file behind it": {
    argv: ["--together", "9", "--timeout", "2s", "hang-in-test.test.ts", "skip.test.ts"],
    last: "0 passed, 2 failed",
    status: 1,
    shows: /did not end within 2 s/,
  },
  "a file that does not end": {
    argv: ["hang.test.ts", "--timeout", "1s"],
    last: "1 passed, 1 failed",
    status: 1,
    shows: /did not end within 1 s/,
  },
  "a file that ends badly after its tests": {
    argv: ["exit.test.ts"],
    last: "1 passed, 1 failed",
    status: 1,
    shows: /exit code 3/,
  },
  "a file without tests": {
    argv: ["empty.test.ts"],
    last: "0 passed, 1 failed",
    status: 1,
    shows: /holds no tests/,
  },
  "a skipped test": { argv: ["skip.test.ts"], last: "1 passed, 0 failed", status: 0, shows: /^ok/m },
  "a skipped test with CI=true": {
    argv: ["skip.test.ts"],
    ci: true,
    last: "1 passed, 1 failed",
    status: 1,
    shows: /FAIL left out\n.*it is skipped/,
  },
};
for (const [name, { argv, ci, last, status, shows }] of Object.entries(runs)) {
  test(`runs ${name}`, () => {
    const result = start(argv, ci ? { CI: "true" } : {});
    assert.match(result.stdout, shows);
    assert.equal(result.last, last);
    assert.equal(result.status, status);
  });
}

test("counts of several runs are summed up, and damage to them is not passed over", () => {
  const summary = join(root, "summary");
  start(["good", "--summary-file", summary]);
  start(["bad.test.ts", "--summary-file", summary]);
  assert.deepEqual(start(["--sum", summary]), {
    stdout: "2 passed, 1 failed\n",
    last: "2 passed, 1 failed",
    stderr: "",
    status: 1,
  });
  writeFileSync(summary, '{"passed":-1,"failed":0}\n');
  assert.match(start(["--sum", summary]).stderr, /no count/);
});

test("a pattern that names nothing, and no pattern at all, are errors", () => {
  assert.match(start(["none/*.test.ts"]).stderr, /"none\/\*\.test\.ts" names no test file/);
  assert.equal(start([]).status, 2);
});
