import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { assertPulled, runFetch } from "./fetch.ts";
import { useNode } from "./node.ts";

for (const kind of containerdMatrix) {
  describe(`an image that is slow but moves, on ${kind} containerd`, () => {
    const node = useNode(kind);

    /** Fetches an image of 3 MB at this rate; the attempt timeout is far shorter than that takes. */
    async function fetchSlowly(bytesPerSecond: number, stallTimeout: string) {
      const image = node().publish({ sizeBytes: 3_000_000 });
      node().registry.fault(image.repository, { on: "blob", kind: "slow", bytesPerSecond });
      const healthy = node().publish();
      const run = await runFetch(node().socket, [image.ref, healthy.ref], {
        "stall-timeout": stallTimeout,
        "initial-pull-attempt-timeout": "2s",
        "overall-timeout": "30s",
      });
      assertPulled(run, healthy.ref);
      assertPulled(run, image.ref);
      assert.equal(run.code, 0);
      const served = node().registry.bytesServed(image.repository);
      assert.ok(served <= image.sizeBytes * 1.2, `${served} bytes served of ${image.sizeBytes}`);
      return run.image(image.ref);
    }

    test("is pulled in one attempt, however long it takes", async () => {
      const { attempts, durationMs } = await fetchSlowly(800_000, "1800ms");
      assert.equal(attempts, 1);
      assert.ok(durationMs > 2000, `${durationMs} ms`);
    });

    // containerd writes, and shows, a MiB at a time.
    test("is pulled where the runtime shows its steps later than the stall timeout", async () => {
      await fetchSlowly(600_000, "1s");
    });
  });
}
