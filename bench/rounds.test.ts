import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contestant } from "./contestants.ts";
import { orderOfRound, pickValues, runRounds } from "./rounds.ts";

const contestants: Contestant[] = (["prestow", "image-prefetcher", "bare calls"] as const).map((name) => ({
  name,
  fetch: () => ["true"],
}));

test("each contestant is first as often as the others", () => {
  const names = ["a", "b", "c"];
  const orders = [0, 1, 2, 3].map((round) => orderOfRound(names, round).join(""));
  assert.deepEqual(orders, ["abc", "bca", "cab", "abc"]);
  assert.deepEqual(orderOfRound([], 2), []);
});

test("in every round all contestants run once, one after another", async () => {
  const started: string[] = [];
  let running = 0;
  await runRounds(contestants, 2, async ({ name }) => {
    assert.equal(++running, 1);
    started.push(name);
    await Promise.resolve();
    running--;
  });
  assert.deepEqual(started, [
    ...["prestow", "image-prefetcher", "bare calls"],
    ...["image-prefetcher", "bare calls", "prestow"],
  ]);
});

test("values stay with their contestant and in the order of the rounds", async () => {
  const runs = await runRounds(contestants, 2, async ({ name }, round) => ({ ms: name.length * 10 + round }));
  assert.deepEqual(
    [...pickValues(runs, ({ ms }) => ms)],
    [
      ["prestow", [70, 71]],
      ["image-prefetcher", [160, 161]],
      ["bare calls", [100, 101]],
    ],
  );
});
