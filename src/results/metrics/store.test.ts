import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createResultStore } from "./store.ts";

test("holds one entry for each attempt, and a repeat replaces", () => {
  const store = createResultStore({ maxEntries: 10, maxBytes: 1000 });
  assert.deepEqual([store.add("a", "1"), store.add("b", "2"), store.add("a", "3")], [true, true, false]);
  assert.deepEqual(store.entries(), ["2", "3"]);
  assert.deepEqual([store.size, store.totalBytes, store.dropped], [2, 2, 0]);
});

test("the oldest go where there are too many, and are counted", () => {
  const store = createResultStore({ maxEntries: 2, maxBytes: 1000 });
  for (const id of ["a", "b", "c", "d"]) store.add(id, id);
  assert.deepEqual(store.entries(), ["c", "d"]);
  assert.equal(store.dropped, 2);
  assert.equal(store.add("a", "a"), true, "what had to go is unknown again");
});

test("the oldest go where they are too long together", () => {
  const store = createResultStore({ maxEntries: 100, maxBytes: 10 });
  store.add("a", "12345");
  store.add("b", "12345");
  store.add("c", "1");
  assert.deepEqual(store.entries(), ["12345", "1"]);
  store.add("wide", "…234");
  assert.deepEqual(store.entries(), ["1", "…234"]);
  assert.equal(store.totalBytes, 9);
});

test("never holds more than its bounds, and knows its own length", () => {
  const add = fc.record({ id: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(fc.array(add, { maxLength: 200 }), (adds) => {
      const store = createResultStore({ maxEntries: 10, maxBytes: 100 });
      for (const { id, length } of adds) store.add(String(id), "x".repeat(length));
      assert.ok(store.size <= 10 && store.totalBytes <= 100);
      assert.equal(store.totalBytes, store.entries().join("").length);
    }),
  );
});
