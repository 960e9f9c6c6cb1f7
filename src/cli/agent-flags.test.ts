import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../lib/config-error.ts";
import { parseAgentFlags, parseRuntimePlace } from "./agent-flags.ts";
import { agentCommand } from "./agent-options.ts";
import { parseArguments } from "./parse-arguments.ts";

function parse(...argv: string[]) {
  const parsed = parseArguments(agentCommand.options, argv);
  assert.ok(!parsed.help);
  return parseAgentFlags(parsed.options);
}

const sources: Record<string, readonly [readonly string[], readonly string[]]> = {
  "Fleets unless given": [[], ["fleets"]],
  "the list alone where only its file is given": [["--image-list-file=x"], ["list"]],
  "several, with commas and repeated, in one order": [
    ["--source=workloads", "--source", "list,fleets", "--image-list-file=x"],
    ["fleets", "workloads", "list"],
  ],
  "the list beside others where its file is given": [
    ["--source=fleets", "--image-list-file=x"],
    ["fleets", "list"],
  ],
};
for (const [name, [argv, expected]] of Object.entries(sources)) {
  test(`sources are ${name}`, () => assert.deepEqual(parse(...argv).sources, expected));
}

test("lists may be repeated or have commas", () => {
  const { namespaces, excludedNamespaces } = parse(
    ...["--namespace=a,b", "--namespace", "c", "--exclude-namespace= d "],
  ).objects;
  assert.deepEqual([namespaces, excludedNamespaces], [["a", "b", "c"], ["d"]]);
});

test("our own startup taint keeps no image away", () => {
  assert.deepEqual(parse("--startup-taint=prestow.dev/missing").images.ignoredTaints, [
    "prestow.dev/missing",
  ]);
});

test("the runtime is where the flag says, else CONN_TARGET, else where containerd usually is", () => {
  const env = { CONN_TARGET: "unix:///run/b.sock" };
  assert.deepEqual(parseRuntimePlace("/run/a.sock", env).target, { path: "/run/a.sock" });
  assert.deepEqual(parseRuntimePlace(undefined, env).target, { path: "/run/b.sock" });
  assert.deepEqual(parseRuntimePlace(undefined, { CONN_TARGET: "" }).target, {
    path: "/run/containerd/containerd.sock",
  });
  assert.deepEqual(parseRuntimePlace(undefined, { CONN_TARGET: "runtime:5000" }).target, {
    host: "runtime",
    port: 5000,
  });
});

test("a target that cannot be used is told with the flag or the variable that holds it", () => {
  assert.throws(
    () => parseRuntimePlace(undefined, { CONN_TARGET: "nowhere" }),
    /^ConfigError: CONN_TARGET: /,
  );
  assert.throws(() => parseRuntimePlace("nowhere", {}), /^ConfigError: --cri-socket: /);
});

for (const flag of ["--namespace=A", "--pull-secret-namespace=a/b", "--node-label=a/b/c", "--min-free=x"]) {
  test(`${flag} is refused with its name`, () => {
    assert.throws(
      () => parse(flag),
      (error) => error instanceof ConfigError && error.message.startsWith(`${flag.split("=")[0]}: `),
    );
  });
}
