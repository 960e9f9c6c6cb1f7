import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, matchesGlob } from "node:path";
import { test } from "node:test";
import { bundleNames } from "./bundle.ts";
import { launcherFlags, launcherSource } from "./launcher.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const instructions = parseInstructions(read("Dockerfile"));

interface Instruction {
  readonly name: string;
  readonly value: string;
}

function parseInstructions(text: string): Instruction[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", ...rest] = line.split(" ");
      return { name, value: rest.join(" ") };
    });
}

function valuesOf(name: string): string[] {
  return instructions.filter((instruction) => instruction.name === name).map(({ value }) => value);
}

/** The instructions of the stage that becomes the image. */
function lastStage(): Instruction[] {
  return instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
}

const defaults = new Map(
  valuesOf("ARG").map((value): [string, string] => {
    const [name = "", ...rest] = value.split("=");
    return [name, rest.join("=")];
  }),
);

test("every base is an argument, so that the image can be built without a public registry", () => {
  const bases = valuesOf("FROM").map((value) => value.replace(/^--platform=\S+ /, "").split(" ")[0]);
  const names = ["NODE_BUILDER", "C_BUILDER", "BASE"];
  assert.deepEqual(
    bases.filter((base) => base !== "scratch"),
    names.map((name) => `$\{${name}}`),
  );
  assert.deepEqual([...defaults.keys()].toSorted(), names.toSorted());
});

test("the default bases have the major version of Node.js that the checkout is tested with", () => {
  const major = JSON.parse(read("package.json")).devDependencies.node.split(".")[0];
  assert.match(defaults.get("BASE") ?? "", new RegExp(`/nodejs${major}-`));
  assert.match(defaults.get("NODE_BUILDER") ?? "", new RegExp(`^node:${major}-`));
});

test("the image runs as a numbered user that is not root, in the group that runtimes let in", () => {
  assert.deepEqual(
    lastStage().filter(({ name }) => name === "USER"),
    [{ name: "USER", value: "10001:0" }],
  );
});

test("the launcher is the entrypoint, and a base's own command is not passed to it", () => {
  const last = lastStage().filter(({ name }) => ["ENTRYPOINT", "CMD"].includes(name));
  assert.deepEqual(last, [
    { name: "ENTRYPOINT", value: '["/usr/local/bin/prestow"]' },
    { name: "CMD", value: "[]" },
  ]);
});

test("the bundles are where the launcher looks for them", () => {
  const source = readFileSync(launcherSource, "utf8");
  const paths = ["BUNDLE", "AGENT_BUNDLE"].map(
    (name) => new RegExp(`define ${name} "(.*)"`).exec(source)?.[1],
  );
  const copies = lastStage().filter(({ name }) => name === "COPY");
  const targets = copies.flatMap(({ value }) => {
    const [folder = "", ...files] = value.replace("--from=built ", "").split(" ").toReversed();
    return files.toReversed().map((file) => join(folder, file));
  });
  assert.deepEqual(targets, [...paths, "/usr/local/bin/prestow"]);
  assert.deepEqual(
    paths.map((path) => basename(path ?? "")),
    bundleNames,
  );
});

test("the lab compiles the launcher as the Dockerfile does", () => {
  const command = valuesOf("RUN").find((value) => value.startsWith("gcc "));
  assert.equal(command, `gcc ${launcherFlags.join(" ")} -o /build/prestow /build/launcher.c`);
});

test("dependencies are installed as locked, and none of their scripts is run", () => {
  assert.match(valuesOf("RUN").find((value) => value.startsWith("npm ")) ?? "", /^npm ci --ignore-scripts /);
});

test("only what is copied reaches a build, and all of it is in the checkout", () => {
  const [everything, ...rules] = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  assert.equal(everything, "*");
  const copied = valuesOf("COPY").filter((value) => !value.startsWith("--from="));
  const sources = copied
    .flatMap((value) => value.split(" ").slice(0, -1))
    .map((path) => path.replace(/\/$/, ""));
  const admitted = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  assert.deepEqual(sources.toSorted(), admitted.toSorted());
  assert.deepEqual(
    sources.filter((path) => !existsSync(join(root, path))),
    [],
  );
  assert.ok(rules.some((rule) => matchesGlob("src/lib/clock.test.ts", rule)));
});

test("no argument, variable or label asks for a secret", () => {
  const settings = instructions.filter(({ name }) => ["ARG", "ENV", "LABEL"].includes(name));
  assert.doesNotMatch(settings.map(({ value }) => value).join("\n"), /token|secret|password|auth/i);
});
