import assert from "node:assert/strict";
import { test } from "node:test";
import { mean, median, pairedRatio, spread } from "./stats.ts";

test("the median is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([10, 1, 2, 4]), 3);
  assert.equal(median([7]), 7);
});

test("the median sorts by value, not by text", () => {
  assert.equal(median([100, 9, 20]), 20);
});

test("a series without values has neither median nor mean", () => {
  assert.throws(() => median([]), /no values/);
  assert.throws(() => mean([]), /no values/);
});

test("a spread says the median and both ends, and leaves the series as it was", () => {
  const values = [5, 1, 9];
  assert.deepEqual(spread(values), { median: 5, min: 1, max: 9 });
  assert.deepEqual(values, [5, 1, 9]);
});

test("a ratio is taken within each round, so that a slow round weighs no more than others", () => {
  assert.equal(pairedRatio([50, 500, 50], [100, 1000, 100]), 0.5);
  assert.equal(pairedRatio([100, 100, 900], [100, 100, 100]), 1);
});

test("series of different rounds have no ratio", () => {
  assert.throws(() => pairedRatio([1, 2], [1]), /not of the same rounds/);
});
