import assert from "node:assert/strict";
import { test } from "node:test";
import { createInformerObjects } from "./informer-objects.ts";

interface Kept {
  readonly images: readonly string[];
}

const warnings: string[] = [];
const objectOf = (name: string, images: unknown, status: number) => ({
  metadata: { name, resourceVersion: String(status) },
  images,
  status,
});

function createObjects() {
  return createInformerObjects<Kept>(
    (object) => {
      const { images } = object as { images: string[] | "odd" | undefined };
      if (images === "odd") throw new Error("odd");
      return images === undefined ? undefined : { images };
    },
    (message) => void warnings.push(message),
  );
}

function setEvent(name: string, images: unknown, status: number) {
  return {
    type: "set",
    key: name,
    object: objectOf(name, images, status),
    resourceVersion: String(status),
  } as const;
}

test("takes a change of what is not kept for none, and keeps the same object", () => {
  const objects = createObjects();
  assert.equal(objects.apply(setEvent("a", ["x:1"], 1)), true);
  const before = objects.current.get("a");
  assert.equal(objects.apply(setEvent("a", ["x:1"], 2)), false);
  assert.equal(objects.current.get("a"), before);
  assert.equal(objects.apply(setEvent("a", ["x:2"], 3)), true);
  assert.deepEqual(objects.current.get("a"), { images: ["x:2"] });
});

test("what cannot be read changes nothing, and what is kept no more is gone", () => {
  const objects = createObjects();
  objects.apply(setEvent("a", ["x:1"], 1));
  assert.equal(objects.apply(setEvent("a", "odd", 2)), false);
  assert.deepEqual([objects.current.get("a"), warnings.length], [{ images: ["x:1"] }, 1]);
  assert.equal(objects.apply(setEvent("a", undefined, 3)), true);
  assert.equal(objects.apply({ type: "deleted", key: "a", resourceVersion: "4" }), false);
  assert.equal(objects.current.size, 0);
});
