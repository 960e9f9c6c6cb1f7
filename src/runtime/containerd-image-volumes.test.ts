import assert from "node:assert/strict";
import { test } from "node:test";
import { parseVolumeDigest } from "./containerd-image-volumes.ts";

const hex = "0123456789abcdef".repeat(4);

test("reads the digest of an image volume from its snapshot's name", () => {
  const folder = "/run/containerd/io.containerd.grpc.v1.cri/image-volumes/4f53cda18c2b";
  assert.equal(parseVolumeDigest(`${folder}/${hex}`), `sha256:${hex}`);
  assert.equal(parseVolumeDigest(`${folder}/${hex}${hex}`), `sha512:${hex}${hex}`);
});

test("reads nothing from other snapshots", () => {
  for (const name of ["", `sha256:${hex}`, hex, `/image-volumes/${hex}`, `/image-volumes/a/${hex}/b`]) {
    assert.equal(parseVolumeDigest(name), undefined);
  }
});
