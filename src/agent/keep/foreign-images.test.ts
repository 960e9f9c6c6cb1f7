import assert from "node:assert/strict";
import { test } from "node:test";
import { desiredOf, listedImage } from "../../../test/keep/world.ts";
import { createForeignImages } from "./foreign-images.ts";

const image = listedImage("game:1");
const untagged = { ...image, repoTags: [] };
const turn = (refs: readonly string[], present: readonly (typeof image)[]) => ({
  desired: desiredOf(refs),
  present,
  diskPressure: undefined,
});

test("what was here under other names than desired is somebody else's", () => {
  const foreign = createForeignImages(new Map());
  foreign.update(turn(["game:1"], [untagged]));
  assert.ok(foreign.has(image.id));
});

test("what came with our pull is not, whichever is told first, list or pull", () => {
  const foreign = createForeignImages(new Map());
  foreign.update(turn(["game:1"], []));
  assert.ok(!foreign.has(image.id));
  foreign.update(turn(["game:1"], [image]));
  assert.ok(!foreign.has(image.id));
});

test("what the record knows is not", () => {
  const recorded = new Map([["docker.io/library/game:0", { imageId: image.id, pulledAt: "" }]]);
  const foreign = createForeignImages(recorded);
  foreign.update(turn(["game:1"], [untagged]));
  assert.ok(!foreign.has(image.id));
});

test("what is gone is forgotten", () => {
  const foreign = createForeignImages(new Map());
  foreign.update(turn(["game:1"], [untagged]));
  foreign.update(turn(["game:1"], []));
  assert.ok(!foreign.has(image.id));
});

test("a desire that is new does not make it ours", () => {
  const foreign = createForeignImages(new Map());
  const list = [image];
  foreign.update(turn([], list));
  foreign.update(turn(["game:1"], list));
  assert.ok(foreign.has(image.id));
});
