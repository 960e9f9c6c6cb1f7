import assert from "node:assert/strict";
import { test } from "node:test";
import { decideDiskFloor } from "./disk-floor.ts";

const space = (freeBytes: number) => ({ totalBytes: 1000, freeBytes });

test("allows pulls while more is free than must stay free", () => {
  assert.deepEqual(decideDiskFloor(space(100), { percent: 10 }), { allowed: true });
  assert.deepEqual(decideDiskFloor(space(100), { bytes: 100 }), { allowed: true });
});

test("allows none below, and says how much is missing", () => {
  const below = { allowed: false, freeBytes: 99, neededBytes: 100 };
  assert.deepEqual(decideDiskFloor(space(99), { percent: 10 }), below);
  assert.deepEqual(decideDiskFloor(space(99), { bytes: 100 }), below);
});

test("0 turns it off, on a full disk too", () => {
  assert.deepEqual(decideDiskFloor(space(0), { bytes: 0 }), { allowed: true });
  assert.deepEqual(decideDiskFloor(space(0), { percent: 0 }), { allowed: true });
});

test("a disk that cannot be seen, or does not say its size, stops nothing", () => {
  assert.deepEqual(decideDiskFloor(undefined, { percent: 10 }), { allowed: true });
  assert.deepEqual(decideDiskFloor({ totalBytes: 0, freeBytes: 0 }, { bytes: 5 }), { allowed: true });
});
