import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLabelKey, isNodeName } from "./node-label-name.ts";

const names: Record<string, readonly [string | undefined, string]> = {
  "keeps a good name": ["my-images_v1.2", "my-images_v1.2"],
  "calls a missing name prefetcher": [undefined, "prefetcher"],
  "calls an empty name prefetcher": ["", "prefetcher"],
  "calls a name without a usable letter prefetcher": ["- ä _", "prefetcher"],
  "makes one dash of each run of other characters": ["a / b::c", "a-b-c"],
  "keeps dashes that were there": ["a--b", "a--b"],
  "trims dots, dashes and underscores at both ends": ["._-a.b-_.", "a.b"],
  "cuts at 63 characters": ["x".repeat(70), "x".repeat(63)],
  "trims again what the cut lays bare": [`${"x".repeat(62)}-y`, "x".repeat(62)],
};
for (const [name, [instance, expected]] of Object.entries(names)) {
  test(name, () => assert.equal(createLabelKey(instance), `image-prefetcher.stackrox.io/${expected}`));
}

test("makes a key that Kubernetes takes of any text", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: "binary" }), (instance) => {
      const name = createLabelKey(instance).split("/")[1] ?? "";
      assert.match(name, /^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/);
    }),
  );
});

test("knows names of nodes, and nothing that would change a path", () => {
  for (const name of ["n", "node-1.example", "ip-10-0-0-1.ec2.internal"]) assert.ok(isNodeName(name), name);
  for (const name of ["", "a/b", "..", ".", "a?b", "Node", "a b", "-a", "x".repeat(254)])
    assert.ok(!isNodeName(name), name);
});
