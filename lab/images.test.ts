import assert from "node:assert/strict";
import { test } from "node:test";
import { listSeeds } from "./images.ts";

const builds = listSeeds(40_000).map((seed) => ({ ...seed, image: seed.build() }));
const layers = builds.map(({ image }) => image.blobs.filter((blob) => blob.mediaType.includes("layer")));

test("there are twelve images, each under a name of its own", () => {
  assert.equal(new Set(builds.map(({ repository, tag }) => `${repository}:${tag}`)).size, 12);
  assert.equal(new Set(builds.map(({ image }) => image.manifest.digest)).size, 12);
});

test("each image is about as large as was asked for", () => {
  for (const blobs of layers) {
    const bytes = blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
    assert.ok(bytes > 40_000 && bytes < 50_000, String(bytes));
  }
});

test("the six images of the shop share a base layer and nothing else is shared", () => {
  const users = new Map<string, number>();
  for (const { digest } of layers.flat()) users.set(digest, (users.get(digest) ?? 0) + 1);
  assert.deepEqual(
    [...users.values()].filter((count) => count > 1),
    [6],
  );
});

test("the same images are built in every run", () => {
  const again = listSeeds(40_000).map((seed) => seed.build().manifest.digest);
  assert.deepEqual(
    again,
    builds.map(({ image }) => image.manifest.digest),
  );
});
