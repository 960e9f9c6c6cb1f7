import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, suggest } from "./suggest.ts";

const names = ["max-parallel", "debug", "dry-run", "image-list-file", "image-list-timeout", "output"];

const cases: Record<string, [string, string | undefined]> = {
  "a letter left out": ["max-paralel", "max-parallel"],
  "two letters swapped": ["dbeug", "debug"],
  "another case": ["Debug", "debug"],
  "an underscore for a dash": ["dry_run", "dry-run"],
  "a beginning": ["image-list-t", "image-list-timeout"],
  "a beginning shared by two gives the shorter one": ["image-list", "image-list-file"],
  "nothing like any": ["kubeconfig", undefined],
  "nothing at all": ["", undefined],
  "something absurdly long": ["debug".repeat(1000), undefined],
};
for (const [name, [typed, expected]] of Object.entries(cases)) {
  test(`${name}: ${expected ?? "no suggestion"}`, () => assert.equal(suggest(typed, names), expected));
}

test("the distance is nought for equal words only, and the same both ways", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      return (distance === 0) === (a === b) && distance === editDistance(b, a);
    }),
  );
});
