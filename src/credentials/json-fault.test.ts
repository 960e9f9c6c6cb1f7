import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { locateJsonFault } from "./json-fault.ts";

const faults: [text: string, place: string][] = [
  ["", "1:1"],
  ["  \n ", "2:2"],
  ["auths", "1:1"],
  ['{"a":1,}', "1:8"],
  ['{"a" 1}', "1:6"],
  ['{"a":}', "1:6"],
  ['{"a":1 "b":2}', "1:8"],
  ["{'a':1}", "1:2"],
  ['{\n  "a": {\n    "b": tru\n  }\n}', "3:10"],
  ['{"a":1}}', "1:8"],
  ['{"a":1} x', "1:9"],
  ["[1,2", "1:5"],
  ["[1,]", "1:4"],
  ["[1}", "1:3"],
  ['{"a":1]', "1:7"],
  ["01", "1:2"],
  ['["a\nb"]', "1:2"],
  ['["a\\x"]', "1:2"],
  ['["a', "1:2"],
  ["1,2", "1:2"],
  [":", "1:1"],
  ['{"a":"b"\n', "2:1"],
];
for (const [text, place] of faults) {
  test(`finds the fault of ${JSON.stringify(text)} at ${place}`, () => {
    assert.throws(() => JSON.parse(text));
    assert.equal(locateJsonFault(text), place);
  });
}

test("finds nothing wrong before the place where valid JSON was damaged", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, at) => {
      const cut = json.slice(0, at % (json.length + 1));
      const [line, column] = locateJsonFault(`${cut}\u0001`).split(":").map(Number);
      assert.equal(line, 1);
      // A damaged string, number or word is reported where it begins.
      assert.ok(column !== undefined && column <= cut.length + 1);
      assert.doesNotMatch(json.slice(column - 1, cut.length), /^[{}[\],:]./);
    }),
  );
});

test("reports valid JSON at its end", () => {
  fc.assert(fc.property(fc.json(), (json) => locateJsonFault(json) === `1:${json.length + 1}`));
});

test("is not stopped by a long string or deep nesting", () => {
  assert.equal(locateJsonFault(`{"a":"${"\\n".repeat(1_000_000)}" x`), "1:2000009");
  assert.equal(locateJsonFault("[".repeat(1_000_000)), "1:1000001");
});
