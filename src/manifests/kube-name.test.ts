import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  findDnsLabelFault,
  findDnsSubdomainFault,
  findLabelKeyFault,
  findLabelValueFault,
} from "./kube-name.ts";

const inner = [..."abcdefghijklmnopqrstuvwxyz0123456789-"];
const outer = inner.filter((character) => character !== "-");
const dnsLabel = fc
  .tuple(
    fc.constantFrom(...outer),
    fc.array(fc.constantFrom(...inner), { maxLength: 61 }),
    fc.constantFrom("", ...outer),
  )
  .map(([first, middle, last]) => (last === "" ? first : first + middle.join("") + last));

// RFC 1123, character by character.
function isDnsLabel(text: string): boolean {
  const characters = [...text];
  const ends = [characters[0] ?? "", characters.at(-1) ?? ""];
  return (
    text.length <= 63 &&
    characters.every((character) => inner.includes(character)) &&
    ends.every((character) => outer.includes(character))
  );
}

test("takes every DNS label, and no other text", () => {
  fc.assert(fc.property(dnsLabel, (text) => assert.equal(findDnsLabelFault(text), undefined)));
  const near = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...inner, "A", ".", "_", "\n", "é"), maxLength: 70 }),
  );
  fc.assert(
    fc.property(near, (text) => assert.equal(findDnsLabelFault(text) === undefined, isDnsLabel(text))),
  );
});

test("takes DNS labels with dots between as a subdomain, up to 253 characters", () => {
  fc.assert(
    fc.property(fc.array(dnsLabel, { minLength: 1, maxLength: 5 }), (labels) => {
      const text = labels.join(".");
      assert.equal(findDnsSubdomainFault(text) === undefined, text.length <= 253);
    }),
  );
});

test("takes 253 characters of a subdomain, not 254", () => {
  assert.equal(findDnsSubdomainFault(`${"a.".repeat(126)}a`), undefined);
  assert.match(findDnsSubdomainFault(`${"a.".repeat(126)}aa`) ?? "", /254 characters; give at most 253/);
});

for (const text of ["", ".", "a.", ".a", "a..b", "a_b", "A", "a.b-", "a\n"]) {
  test(`takes ${JSON.stringify(text)} for no subdomain`, () =>
    assert.match(findDnsSubdomainFault(text) ?? "", /DNS subdomain/));
}

test("takes 63 characters of a label, not 64, and says how many there are", () => {
  assert.equal(findDnsLabelFault("a".repeat(63)), undefined);
  assert.equal(findDnsLabelFault("a".repeat(64)), "it has 64 characters; give at most 63");
});

const keys: Record<string, boolean> = {
  disktype: true,
  "kubernetes.io/os": true,
  "example.com/A_b.c-1": true,
  "1": true,
  "": false,
  "/a": false,
  "a/": false,
  "a/b/c": false,
  "A.com/b": false,
  "-a": false,
  "a b": false,
  ["a".repeat(64)]: false,
};
for (const [key, valid] of Object.entries(keys)) {
  test(`${valid ? "takes" : "refuses"} the label key ${JSON.stringify(key)}`, () =>
    assert.equal(findLabelKeyFault(key) === undefined, valid));
}

test("takes an empty label value, and refuses blanks, slashes and ends that are no letters", () => {
  const faults = ["", "Games_1.2", "a b", "a/b", "-a", "a-", "a".repeat(64)].map(findLabelValueFault);
  assert.deepEqual(
    faults.map((fault) => fault === undefined),
    [true, true, false, false, false, false, false],
  );
});
