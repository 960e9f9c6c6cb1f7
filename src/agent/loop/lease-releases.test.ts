import assert from "node:assert/strict";
import { test } from "node:test";
import { createLeaseReleases } from "./lease-releases.ts";

function createBench() {
  const released: (readonly string[])[] = [];
  const releases = createLeaseReleases({ releaseAll: async (names) => void released.push(names) });
  return { released, releases };
}

test("gives leases back between pulls, all together", async () => {
  const { released, releases } = createBench();
  releases.add("a");
  releases.add("b");
  await releases.release(1);
  assert.deepEqual(released, []);
  await releases.release(0);
  await releases.release(0);
  assert.deepEqual(released, [["a", "b"]]);
});

test("keeps the lease of an image that is pulled again", async () => {
  const { released, releases } = createBench();
  releases.add("a");
  releases.keep("a");
  await releases.release(0);
  assert.deepEqual(released, []);
});

test("does not let leases pile up where something is always being pulled", async () => {
  const { released, releases } = createBench();
  for (let i = 0; i < 100; i++) releases.add(String(i));
  await releases.release(3);
  assert.equal(released[0]?.length, 100);
});
