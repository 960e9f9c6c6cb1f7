import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddNodeArguments, parseNodeTaint } from "./node-taint.ts";

test("a taint is read as kubectl writes it, with a value or without", () => {
  assert.deepEqual(parseNodeTaint("a.dev/b=c:NoSchedule"), {
    key: "a.dev/b",
    value: "c",
    effect: "NoSchedule",
  });
  assert.deepEqual(parseNodeTaint("a:NoExecute"), { key: "a", value: "", effect: "NoExecute" });
});

for (const text of ["", "a", "a=b", "a=b:Never", "=b:NoSchedule"]) {
  test(`${JSON.stringify(text)} is refused as a taint`, () => {
    assert.throws(() => parseNodeTaint(text), { name: "ConfigError", message: /^--taint/ });
  });
}

test("taints may be repeated, and nothing else is taken", () => {
  const keys = parseAddNodeArguments(["--taint", "a:NoSchedule", "--taint=b=c:NoExecute"]).map(
    ({ key }) => key,
  );
  assert.deepEqual(keys, ["a", "b"]);
  assert.deepEqual(parseAddNodeArguments([]), []);
  for (const args of [["--taint"], ["--taint=a"], ["node3"]])
    assert.throws(() => parseAddNodeArguments(args), { name: "ConfigError" });
});
