import assert from "node:assert/strict";
import { test } from "node:test";
import { desiredOf, listedImage } from "../../test/keep/world.ts";
import { decideUndesiredSince, nothingUndesired } from "./prune-grace.ts";
import type { PruneWorld } from "./prune-rules.ts";

const image = listedImage("game:1");
const world: PruneWorld = {
  desired: desiredOf(["game:2"]),
  hasEmptySource: false,
  recorded: new Map([["docker.io/library/game:1", { imageId: image.id, pulledAt: "" }]]),
  recordKept: true,
  ownPins: new Set(),
  used: undefined,
  graceMs: 15_000,
};
const first = decideUndesiredSince(nothingUndesired, [image], world, 1000);

test("counts from the first turn in which nobody desires an image that this agent pulled", () => {
  assert.deepEqual([...first], [[image.id, 1000]]);
  assert.deepEqual(
    [...decideUndesiredSince(first, [image, listedImage("else:1")], world, 5000)],
    [[image.id, 1000]],
  );
});

test("counts on while it is pinned or somebody else tagged it", () => {
  const tagged = { ...image, pinned: true, repoTags: ["mine:1"] };
  assert.deepEqual([...decideUndesiredSince(first, [tagged], world, 5000)], [[image.id, 1000]]);
});

const breaks: Record<string, Partial<PruneWorld>> = {
  "it is desired": { desired: desiredOf(["game:1"]) },
  "a source is not synced": { desired: desiredOf(["game:2"], false) },
  "nothing is desired": { desired: desiredOf([]) },
  "a source is empty": { hasEmptySource: true },
};

for (const [what, more] of Object.entries(breaks)) {
  test(`begins anew after a turn in which ${what}`, () => {
    const between = decideUndesiredSince(first, [image], { ...world, ...more }, 2000);
    assert.deepEqual([...between], []);
    assert.deepEqual([...decideUndesiredSince(between, [image], world, 3000)], [[image.id, 3000]]);
  });
}

test("forgets what is gone", () => {
  assert.deepEqual([...decideUndesiredSince(first, [], world, 2000)], []);
});
