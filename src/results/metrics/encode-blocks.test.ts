import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeBlocks } from "./encode-blocks.ts";

test("the blocks together are the texts together, whatever their characters", () => {
  const text = fc
    .tuple(fc.string({ unit: "grapheme", maxLength: 5 }), fc.nat({ max: 2000 }))
    .map(([unit, times]) => unit.repeat(times).slice(0, 20_000).toWellFormed());
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      let joined = "";
      for (const block of encodeBlocks(texts)) joined += block.toString();
      assert.equal(joined, texts.join(""));
    }),
    { numRuns: 50 },
  );
});
