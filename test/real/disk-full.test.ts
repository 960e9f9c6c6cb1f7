import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { assertFailed, assertPulled, runFetch } from "./fetch.ts";
import { useNode } from "./node.ts";

for (const kind of containerdMatrix) {
  describe(`a disk that is full, on ${kind} containerd`, () => {
    const node = useNode(kind, { rootTmpfsBytes: 12 * 1024 * 1024 });

    test("ends the image that does not fit as no-space, and the others are pulled", async () => {
      const [first, big, last] = [
        node().publish(),
        node().publish({ sizeBytes: 30_000_000 }),
        node().publish(),
      ];
      const refs = [first.ref, big.ref, last.ref];
      const run = await runFetch(
        node().socket,
        refs,
        { "max-parallel": "1", "overall-timeout": "4s" },
        { withinMs: 8000 },
      );
      assertPulled(run, first.ref);
      assertPulled(run, last.ref);
      assertFailed(run, big.ref, "no-space");
      assert.equal(run.code, 1);
    });
  });
}
