import assert from "node:assert/strict";
import { test } from "node:test";
import { createHostPauses } from "./host-pauses.ts";

test("counts the longest of several pauses of a host, and no other host's", () => {
  const pauses = createHostPauses();
  pauses.pause("a.test", 100);
  pauses.pause("a.test", 50);
  assert.deepEqual([pauses.untilMs("a.test"), pauses.untilMs("b.test")], [100, 0]);
});

test("forgets pauses that are over", () => {
  const pauses = createHostPauses();
  pauses.pause("a.test", 100);
  pauses.pause("b.test", 200);
  pauses.forget(100);
  assert.deepEqual([pauses.untilMs("a.test"), pauses.untilMs("b.test")], [0, 200]);
});
