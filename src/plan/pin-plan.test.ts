import assert from "node:assert/strict";
import { test } from "node:test";
import { desiredOf, listedImage } from "../../test/keep/world.ts";
import { decidePins, type PinInput } from "./pin-plan.ts";

const [a, b, c] = [listedImage("a:1"), listedImage("b:1"), listedImage("c:1")];
const shown = (image: typeof a) => ({ ...image, pinned: true });

function decide(input: Partial<PinInput>) {
  const plan = decidePins({
    enabled: true,
    maxBytes: 1000,
    desired: desiredOf([]),
    present: [],
    own: new Set(),
    diskPressure: false,
    ...input,
  });
  return {
    pin: plan.pin.map(({ id }) => id),
    again: plan.assertAgain.map(({ id }) => id),
    unpin: plan.unpin.map(({ imageId, reason }) => [imageId, reason]),
    skipped: plan.skipped.map(({ image, reason }) => [image.id, reason]),
  };
}

const nothing = { pin: [], again: [], unpin: [], skipped: [] };

test("pins what is desired and present, in the desired order, and nothing else", () => {
  const plan = decide({ desired: desiredOf(["c:1", "a:1", "gone:1"]), present: [a, b, c] });
  assert.deepEqual(plan, { ...nothing, pin: [c.id, a.id] });
});

test("needs nothing for a pin of ours that is shown", () => {
  assert.deepEqual(
    decide({ desired: desiredOf(["a:1"]), present: [shown(a)], own: new Set([a.id]) }),
    nothing,
  );
});

test("sets a pin of ours again that is not shown", () => {
  const plan = decide({ desired: desiredOf(["a:1"]), present: [a], own: new Set([a.id]) });
  assert.deepEqual(plan, { ...nothing, again: [a.id] });
});

test("pins an image once that is desired under two names, and counts it once", () => {
  const two = listedImage(["a:1", "a:2"]);
  const plan = decide({ desired: desiredOf(["a:1", "a:2"]), present: [two], maxBytes: 100 });
  assert.deepEqual(plan, { ...nothing, pin: [two.id] });
});

test("leaves the room of an image that does not fit to later, smaller ones", () => {
  const large = listedImage("large:1", { sizeBytes: 900 });
  const plan = decide({
    desired: desiredOf(["a:1", "large:1", "b:1"]),
    present: [a, b, large],
    maxBytes: 200,
  });
  assert.deepEqual(plan, { ...nothing, pin: [a.id, b.id], skipped: [[large.id, "over the limit"]] });
});

test("takes a pin of ours away that is over the limit by now", () => {
  const plan = decide({
    desired: desiredOf(["a:1", "b:1"]),
    present: [a, shown(b)],
    own: new Set([b.id]),
    maxBytes: 100,
  });
  assert.deepEqual(plan, {
    ...nothing,
    pin: [a.id],
    unpin: [[b.id, "over the limit"]],
    skipped: [[b.id, "over the limit"]],
  });
});

test("pins nothing new while the size of the disk is not known, and keeps what is pinned", () => {
  const plan = decide({
    desired: desiredOf(["a:1", "b:1"]),
    present: [a, shown(b)],
    own: new Set([b.id]),
    maxBytes: undefined,
  });
  assert.deepEqual(plan, { ...nothing, skipped: [[a.id, "the size of the disk is not known"]] });
});

test("neither touches nor counts what somebody else pinned", () => {
  const plan = decide({ desired: desiredOf(["a:1", "b:1"]), present: [shown(a), b], maxBytes: 100 });
  assert.deepEqual(plan, { ...nothing, pin: [b.id] });
});

test("takes the pin of what is not desired any more, the last one too", () => {
  const input = { present: [shown(a)], own: new Set([a.id]) };
  assert.deepEqual(decide(input), { ...nothing, unpin: [[a.id, "no longer desired"]] });
});

test("takes no pin of what is not listed: it is gone, or a runtime that starts has not found it yet", () => {
  assert.deepEqual(decide({ desired: desiredOf(["a:1"]), own: new Set([a.id, b.id]) }), nothing);
});

test("takes no pin while a source is not synced, and counts those that stay", () => {
  const plan = decide({
    desired: desiredOf(["b:1"], false),
    present: [shown(a), b],
    own: new Set([a.id]),
    maxBytes: 150,
  });
  assert.deepEqual(plan, { ...nothing, skipped: [[b.id, "over the limit"]] });
});

test("takes every pin of ours under disk pressure, and sets none", () => {
  const plan = decide({
    desired: desiredOf(["a:1", "b:1"], false),
    present: [shown(a), b],
    own: new Set([a.id]),
    diskPressure: true,
  });
  assert.deepEqual(plan, { ...nothing, unpin: [[a.id, "disk pressure"]] });
});

test("takes every pin of ours where pinning is off, of images too that are gone", () => {
  const plan = decide({ enabled: false, desired: desiredOf(["a:1"], false), own: new Set([a.id]) });
  assert.deepEqual(plan, { ...nothing, unpin: [[a.id, "pinning is off"]] });
});
