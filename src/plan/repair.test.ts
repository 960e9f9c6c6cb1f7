import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRepair, isForgotten, type Repair } from "./repair.ts";

const minuteMs = 60_000;
const latest = () => 1;
const earliest = () => 0;

/** The deletions of one image, at these minutes. */
function deleteAt(minutes: readonly number[], random = latest): Repair {
  const repair = minutes.reduce<Repair | undefined>(
    (before, minute) => decideRepair(before, minute * minuteMs, random),
    undefined,
  );
  assert.ok(repair !== undefined);
  return repair;
}

test("repairs the first deletion at once", () => {
  assert.deepEqual(deleteAt([5]), { deletions: 1, heldUntilMs: 5 * minuteMs });
});

test("leaves an image alone that is deleted twice within the hour", () => {
  assert.deepEqual(deleteAt([0, 59]), { deletions: 2, heldUntilMs: 69 * minuteMs });
});

test("repairs at once again after an hour without a deletion", () => {
  assert.equal(deleteAt([0, 60]).deletions, 1);
  assert.equal(deleteAt([0, 1, 71]).deletions, 1);
});

test("doubles the time for which it is left alone, up to an hour", () => {
  const holds = [2, 3, 4, 5, 60].map((count) => {
    const minutes = Array.from({ length: count }, () => 0);
    return deleteAt(minutes).heldUntilMs / minuteMs;
  });
  assert.deepEqual(holds, [10, 20, 40, 60, 60]);
});

test("does not take the time for which it was held back for peace", () => {
  const held = deleteAt([0, 0, 0, 0, 0]);
  const later = decideRepair(held, held.heldUntilMs + minuteMs, latest);
  assert.equal(later.deletions, 6);
});

test("spreads the returns of many nodes", () => {
  assert.equal(deleteAt([0, 0], earliest).heldUntilMs, 7.5 * minuteMs);
  assert.equal(deleteAt([0, 0], latest).heldUntilMs, 10 * minuteMs);
});

test("forgets after an hour", () => {
  const repair = deleteAt([0]);
  assert.deepEqual(
    [59, 60].map((minute) => isForgotten(repair, minute * minuteMs)),
    [false, true],
  );
});
