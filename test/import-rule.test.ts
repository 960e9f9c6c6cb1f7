import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { test } from "node:test";
import { findViolations } from "./import-rule.ts";

type Files = Record<string, string>;

const good: Record<string, Files> = {
  "main imports cli and reads the environment": {
    "src/main.ts": 'import { run } from "./cli/run.ts";\nprocess.exit(run(process.env));',
    "src/cli/run.ts": 'import { createCri } from "../runtime/cri.ts";',
    "src/runtime/cri.ts": 'import { RuntimeError } from "./errors.ts";\nimport grpc from "@grpc/grpc-js";',
    "src/runtime/errors.ts": "",
  },
  "agent takes types and errors of runtime": {
    "src/agent/puller.ts":
      'import { RuntimeError } from "../runtime/errors.ts";\nimport type {\n  A,\n} from "../runtime/runtime.ts";',
  },
  "agent imports results, plan, image and lib": {
    "src/agent/a.ts":
      'import { a } from "../results/a.ts";\nimport { b } from "../plan/b.ts";\n' +
      'import { c } from "../image/c.ts";\nimport { d } from "../lib/d.ts";',
  },
  "a test imports what it likes": { "src/agent/a.test.ts": 'import { createCri } from "../runtime/cri.ts";' },
  "comments and exitCode do not count": {
    "src/lib/a.ts":
      '// import { x } from "../cli/x.ts"; process.env\n/* process.exit() */\nprocess.exitCode = 1;',
  },
  "lib uses Node's modules": { "src/lib/a.ts": 'import { open } from "node:fs/promises";' },
};
for (const [name, files] of Object.entries(good)) {
  test(`allowed: ${name}`, () => assert.deepEqual(findViolations(new Map(Object.entries(files))), []));
}

const bad: Record<string, [Files, RegExp]> = {
  "plan imports agent": [
    { "src/plan/a.ts": 'import { x } from "../agent/x.ts";' },
    /plan may not import agent/,
  ],
  "agent imports cli": [{ "src/agent/a.ts": 'import { x } from "../cli/x.ts";' }, /agent may not import cli/],
  "cli imports main": [{ "src/cli/a.ts": 'import "../main.ts";' }, /cli may not import main/],
  "lib imports image": [{ "src/lib/a.ts": 'import { x } from "../image/x.ts";' }, /lib may not import image/],
  "lib takes a type of runtime": [
    { "src/lib/a.ts": 'import type { x } from "../runtime/x.ts";' },
    /lib may not import runtime/,
  ],
  "image imports lib": [{ "src/image/a.ts": 'import { x } from "../lib/x.ts";' }, /image may not import lib/],
  "image imports Node": [{ "src/image/a.ts": 'import fs from "node:fs";' }, /image imports nothing/],
  "image imports a package": [
    { "src/image/a.ts": 'import { x } from "@grpc/grpc-js";' },
    /image imports nothing/,
  ],
  "agent builds a runtime": [
    { "src/agent/a.ts": 'import { createCri, type Cri } from "../runtime/cri.ts";' },
    /agent may take only types and errors.ts from runtime/,
  ],
  "agent builds a runtime over several lines": [
    { "src/agent/a.ts": 'import {\n  createCri,\n} from "../runtime/cri.ts";' },
    /only types and errors.ts/,
  ],
  "agent builds a runtime by import()": [
    { "src/agent/a.ts": 'const { createCri } = await import("../runtime/cri.ts");' },
    /only types and errors.ts/,
  ],
  "agent hands a runtime on": [
    { "src/agent/a.ts": 'export { createCri } from "../runtime/cri.ts";' },
    /only types and errors.ts/,
  ],
  "credentials uses values of runtime": [
    { "src/credentials/a.ts": 'import { x } from "../runtime/x.ts";' },
    /only types and errors.ts/,
  ],
  "hold builds a registry client": [
    { "src/hold/a.ts": 'import { createRegistryClient } from "../registry/client.ts";' },
    /hold may take only types and errors.ts from registry/,
  ],
  "src imports the lab": [
    { "src/cli/a.ts": 'import { x } from "../../lab/x.ts";' },
    /nothing from outside src/,
  ],
  "a directory that the rule does not know": [
    { "src/utils/a.ts": 'import "node:fs";' },
    /src\/utils has no place/,
  ],
  "the environment is read in cli": [
    { "src/cli/a.ts": "const { PATH } = process.env;" },
    /only src\/main.ts may/,
  ],
  "the process ends in lib": [{ "src/lib/a.ts": "process.exit(1);" }, /only src\/main.ts may/],
  "the environment by another way": [
    { "src/lib/a.ts": 'import { env } from "node:process";' },
    /only src\/main/,
  ],
  "a default export": [{ "src/lib/a.ts": "export default 1;" }, /default export/],
  "a cycle": [
    {
      "src/lib/a.ts": 'import "./b.ts";',
      "src/lib/b.ts": 'import "./c.ts";',
      "src/lib/c.ts": 'import "./b.ts";',
    },
    /^import cycle: src\/lib\/b\.ts → src\/lib\/c\.ts → src\/lib\/b\.ts$/,
  ],
};
for (const [name, [files, expected]] of Object.entries(bad)) {
  test(`refused: ${name}`, () => {
    const violations = findViolations(new Map(Object.entries(files)));
    assert.equal(violations.length, 1, violations.join("\n"));
    assert.match(violations[0] ?? "", expected);
  });
}

test("the tree keeps the import rule", async () => {
  const root = new URL("..", import.meta.url).pathname;
  const files = new Map<string, string>();
  for await (const path of glob("src/**/*.ts", { cwd: root }))
    files.set(path, readFileSync(`${root}/${path}`, "utf8"));
  assert.ok(files.size > 10);
  assert.deepEqual(findViolations(files), []);
});
