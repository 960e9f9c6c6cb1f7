import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { mediaTypes, sha256 } from "./blob.ts";
import type { BuiltImage, ImageSpec } from "./build.ts";
import { buildImage, buildIndex } from "./build.ts";
import { gzipStored } from "./gzip-stored.ts";
import { createTar } from "./tar.ts";

const spec: ImageSpec = {
  platform: "linux/amd64",
  layers: [
    { seed: "base", sizeBytes: 200_000 },
    { seed: "app", sizeBytes: 70_001 },
  ],
  entrypoint: ["/bin/app"],
  files: [{ path: "bin/app", bytes: Buffer.from("program"), mode: 0o755 }],
};

function layersOf(image: BuiltImage) {
  return image.blobs.filter((blob) => blob.mediaType === mediaTypes.layer);
}

function configOf(image: BuiltImage) {
  const blob = image.blobs.find((candidate) => candidate.mediaType === mediaTypes.config);
  assert.ok(blob);
  return JSON.parse(blob.bytes.toString());
}

test("a spec gives the same digest on every machine and in every run", () => {
  assert.equal(
    buildImage(spec).manifest.digest,
    "sha256:23ffd632fb12038f4fa9a37a6463c28090b626a6764b47c306c576a9822094e4",
  );
});

test("every blob has the digest of its bytes, and the manifest names them in order with their sizes", () => {
  const image = buildImage(spec);
  for (const blob of [image.manifest, ...image.blobs]) assert.equal(blob.digest, sha256(blob.bytes));
  const manifest = JSON.parse(image.manifest.bytes.toString());
  const described = [...manifest.layers, manifest.config];
  assert.deepEqual(
    described,
    image.blobs.map(({ mediaType, digest, bytes }) => ({ mediaType, digest, size: bytes.length })),
  );
});

test("the configuration's diff ids are the digests of the uncompressed layers", () => {
  const image = buildImage({ ...spec, layers: [{ seed: "c", sizeBytes: 50_000, compressible: true }] });
  const diffIds = layersOf(image).map((blob) => sha256(gunzipSync(blob.bytes)));
  assert.deepEqual(configOf(image).rootfs, { type: "layers", diff_ids: diffIds });
});

test("the configuration carries platform and entrypoint", () => {
  const config = configOf(buildImage({ ...spec, platform: "linux/arm/v7" }));
  assert.deepEqual([config.os, config.architecture, config.variant], ["linux", "arm", "v7"]);
  assert.deepEqual(config.config, { Entrypoint: ["/bin/app"] });
});

test("a platform that is none is refused by name", () => {
  assert.throws(() => buildImage({ layers: [], platform: "linux" }), /the platform linux is not/);
});

test("tar reads every layer, and no two layers share a file name", () => {
  const names = layersOf(buildImage(spec)).map((blob) => {
    const { stdout, status, stderr } = spawnSync("tar", ["tzf", "-"], { input: blob.bytes });
    assert.equal(status, 0, stderr.toString());
    return stdout.toString().trim();
  });
  assert.equal(new Set(names).size, 3);
  assert.equal(names.at(-1), "bin/app");
});

test("images share the blob of an equal layer", () => {
  const shared = { seed: "shared", sizeBytes: 1000 };
  const [one, two] = ["one", "two"].map((seed) =>
    layersOf(buildImage({ layers: [shared, { seed, sizeBytes: 1000 }] })),
  );
  assert.equal(one?.[0]?.digest, two?.[0]?.digest);
  assert.notEqual(one?.[1]?.digest, two?.[1]?.digest);
});

test("a compressible layer is about a quarter of its content, another one a little more than it", () => {
  const sizeBytes = 1_000_000;
  const compressible = layersOf(buildImage({ layers: [{ seed: "x", sizeBytes, compressible: true }] }));
  const random = layersOf(buildImage({ layers: [{ seed: "x", sizeBytes }] }));
  assert.ok(Math.abs((compressible[0]?.bytes.length ?? 0) / sizeBytes - 0.25) < 0.05);
  assert.ok(Math.abs((random[0]?.bytes.length ?? 0) / sizeBytes - 1) < 0.01);
});

test("an index names its images by platform and carries each blob once, children before parents", () => {
  const amd64 = buildImage(spec);
  const arm64 = buildImage({ ...spec, platform: "linux/arm64" });
  const index = buildIndex([
    { platform: "linux/amd64", image: amd64 },
    { platform: "linux/arm64", image: arm64 },
  ]);
  const { manifests } = JSON.parse(index.manifest.bytes.toString());
  assert.deepEqual(
    manifests.map((entry: { digest: string; platform: { architecture: string } }) => [
      entry.digest,
      entry.platform.architecture,
    ]),
    [
      [amd64.manifest.digest, "amd64"],
      [arm64.manifest.digest, "arm64"],
    ],
  );
  const digests = index.blobs.map((blob) => blob.digest);
  assert.equal(digests.length, 7);
  assert.equal(new Set(digests).size, 7);
  assert.ok(digests.indexOf(amd64.manifest.digest) > digests.indexOf(amd64.blobs.at(-1)?.digest ?? ""));
});

test("a path too long for a tar header is refused", () => {
  assert.throws(() => createTar([{ path: "x".repeat(101), bytes: Buffer.alloc(0) }]), /too long/);
});

test("what is stored as gzip reads back", () => {
  for (const size of [0, 1, 65_535, 65_536, 131_071]) {
    const bytes = Buffer.alloc(size, 7);
    assert.ok(gunzipSync(gzipStored(bytes)).equals(bytes), `${size} bytes`);
  }
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => gunzipSync(gzipStored(bytes)).equals(Buffer.from(bytes))),
  );
});
