import assert from "node:assert/strict";
import { test } from "node:test";
import type { Toleration } from "./kube-object.ts";
import { parseNodeSelector } from "./node-selector.ts";
import { parseTolerations } from "./tolerations.ts";

const linux = { "kubernetes.io/os": "linux" };

test("selects Linux nodes where nothing is said", () => assert.deepEqual(parseNodeSelector([]), linux));

test("takes key=value in several texts or in one with commas", () => {
  assert.deepEqual(parseNodeSelector(["a=1", "b.c/d=2,e="]), { ...linux, a: "1", "b.c/d": "2", e: "" });
});

test("lets the user choose the system", () => {
  assert.deepEqual(parseNodeSelector(["kubernetes.io/os=plan9"]), { "kubernetes.io/os": "plan9" });
});

for (const text of ["", "a", "=a", "a=b c", "a b=c", "a=1,,b=2", "a=1,a=2", "a=b=c"]) {
  test(`refuses the selector ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseNodeSelector([text]), {
      name: "ConfigError",
      message: /^--node-selector: ".*$/,
    }));
}

const taken: Record<string, readonly [readonly string[], readonly Toleration[]]> = {
  "every taint where nothing is said": [[], [{ operator: "Exists" }]],
  "none for an empty text": [[""], []],
  "none for an empty array": [["[]"], []],
  "key=value:effect": [
    ["a=b:NoSchedule"],
    [{ key: "a", operator: "Equal", value: "b", effect: "NoSchedule" }],
  ],
  "key:effect": [["a:NoExecute"], [{ key: "a", operator: "Exists", effect: "NoExecute" }]],
  "key=value": [["a=b"], [{ key: "a", operator: "Equal", value: "b" }]],
  "an empty value": [["a="], [{ key: "a", operator: "Equal", value: "" }]],
  "keys with commas between": [
    ["a, b.c/d"],
    [
      { key: "a", operator: "Exists" },
      { key: "b.c/d", operator: "Exists" },
    ],
  ],
  "JSON, and another text": [
    [' [{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":30}]', "b"],
    [
      { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 },
      { key: "b", operator: "Exists" },
    ],
  ],
};
for (const [name, [texts, tolerations]] of Object.entries(taken)) {
  test(`tolerates ${name}`, () => assert.deepEqual(parseTolerations(texts), tolerations));
}

const refused: Record<string, RegExp> = {
  ":NoSchedule": /has no key/,
  "a:Sometimes": /effect must be one of NoSchedule, PreferNoSchedule, NoExecute/,
  "a=b:": /has no effect; write key=value:effect/,
  "a=b c": /a value must be/,
  "a/b/c": /a key must be/,
  "[": /no valid JSON/,
  "[1]": /"1" is no toleration/,
  "[null]": /"null" is no toleration/,
  '[{"keys":"a"}]': /"keys" is no field of a toleration/,
  '[{"key":1}]': /key must be a string/,
  '[{"operator":"Lt","key":"a"}]': /operator must be Exists or Equal/,
  '[{"operator":"Exists","value":"a"}]': /Exists takes no value/,
  '[{"value":"a"}]': /without a key/,
  '[{"key":"a","tolerationSeconds":1}]': /tolerationSeconds needs NoExecute/,
  '[{"key":"a","effect":"NoExecute","tolerationSeconds":1.5}]': /tolerationSeconds must be whole/,
};
for (const [text, message] of Object.entries(refused)) {
  test(`refuses the toleration ${text}`, () => {
    assert.throws(() => parseTolerations([text]), { name: "ConfigError", message });
    assert.throws(() => parseTolerations([text]), /^ConfigError: --tolerations: .*$/);
  });
}
