import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { assertFailed, assertPulled, runFetch } from "./fetch.ts";
import { useNode } from "./node.ts";

for (const kind of containerdMatrix) {
  describe(`many pulls that are given up at the same time, on ${kind} containerd`, () => {
    const node = useNode(kind);

    // All calls share one connection, which containerd closes on a client that asks too often whether it lives.
    test("all end as timeout, and the image beside them is pulled", async () => {
      const fault = { on: "manifest", kind: "hang" } as const;
      const hung = Array.from({ length: 10 }, () => node().publish({ fault }).ref);
      const slow = node().publish({ sizeBytes: 1_500_000 });
      node().registry.fault(slow.repository, { on: "blob", kind: "slow", bytesPerSecond: 1_500_000 });
      const flags = {
        "initial-pull-attempt-timeout": "800ms",
        "max-pull-attempt-timeout": "800ms",
        "stall-timeout": "5s",
        "overall-timeout": "6s",
      };
      const run = await runFetch(node().socket, [...hung, slow.ref], flags, { withinMs: 9000 });
      for (const ref of hung) assertFailed(run, ref, "timeout");
      assert.doesNotMatch(run.stderr, /not reachable/);
      assertPulled(run, slow.ref);
    });
  });
}
