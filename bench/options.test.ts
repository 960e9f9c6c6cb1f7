import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../src/lib/config-error.ts";
import { parseBenchOptions } from "./options.ts";

const names = ["loopback", "slow-link"];

test("without arguments all scenarios run, each as often as it says", () => {
  assert.deepEqual(parseBenchOptions([], names), {
    help: false,
    only: [],
    rounds: undefined,
    inOwnNetwork: false,
  });
});

test("some scenarios and a number of runs can be chosen", () => {
  const options = parseBenchOptions(["--only", "slow-link", "--only=loopback", "--runs", "3"], names);
  assert.deepEqual([options.only, options.rounds], [["slow-link", "loopback"], 3]);
});

for (const argv of [
  ["--only", "nothing"],
  ["--runs", "0"],
  ["--runs", "2.5"],
  ["--runs", "many"],
  ["--runs"],
  ["--runs", ""],
  ["--fast"],
  ["loopback"],
]) {
  test(`${argv.map((text) => `"${text}"`).join(" ")} is refused`, () => {
    assert.throws(() => parseBenchOptions(argv, names), ConfigError);
  });
}
