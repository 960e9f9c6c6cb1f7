import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createJsonBlob, describe, mediaTypes } from "../images/blob.ts";
import { buildImage } from "../images/build.ts";
import { isolatedCommand } from "./buildah.ts";
import { hashContents } from "./content-hash.ts";
import { readOciLayout } from "./oci-layout.ts";
import { layoutFolder, pruneLayouts } from "./prune-layouts.ts";

const folder = mkdtempSync(join(tmpdir(), "prestow-layout-"));
after(() => rmSync(folder, { recursive: true }));

function writeLayout(name: string): { path: string; image: ReturnType<typeof buildImage> } {
  const path = join(folder, name);
  const image = buildImage({ layers: [{ seed: name, sizeBytes: 100 }], entrypoint: ["/x"] });
  const index = createJsonBlob(mediaTypes.index, { manifests: [describe(image.manifest)] });
  mkdirSync(join(path, "blobs/sha256"), { recursive: true });
  writeFileSync(join(path, "index.json"), index.bytes);
  for (const { digest, bytes } of [...image.blobs, image.manifest])
    writeFileSync(join(path, "blobs", digest.replace(":", "/")), bytes);
  return { path, image };
}

test("an OCI layout is read as the image that was written, ready to be pushed", async () => {
  const { path, image } = writeLayout("whole");
  const read = await readOciLayout(path);
  assert.deepEqual({ manifest: read.manifest, blobs: read.blobs }, image);
  assert.deepEqual(read.config, { Entrypoint: ["/x"] });
});

test("a layout whose content was changed is not taken for the image", async () => {
  const { path, image } = writeLayout("damaged");
  const layer = image.blobs[0]?.digest ?? "";
  writeFileSync(join(path, "blobs", layer.replace(":", "/")), "other");
  await assert.rejects(
    readOciLayout(path),
    new RegExp(`${layer} is not what its name says; remove the folder`),
  );
});

test("the name of contents follows their names and bytes, not where they lie", async () => {
  const [one, other] = [join(folder, "one"), join(folder, "other")];
  writeFileSync(one, "same");
  writeFileSync(other, "same");
  const name = await hashContents([["a", { file: one }]]);
  assert.match(name, /^[0-9a-f]{12}$/);
  assert.equal(await hashContents([["a", { file: other }]]), name);
  assert.equal(await hashContents([["a", { bytes: Buffer.from("same") }]]), name);
  assert.notEqual(await hashContents([["b", { file: one }]]), name);
  assert.notEqual(await hashContents([["a", { bytes: Buffer.from("more") }]]), name);
});

test("the images that were used last stay in the cache, and nothing else of it is touched", async () => {
  const cache = join(folder, "cache");
  for (const [name, used] of [
    ["a", 3],
    ["b", 1],
    ["c", 2],
  ] as const) {
    const path = layoutFolder(cache, "distro", name);
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}.lock`, "");
    utimesSync(path, used, used);
  }
  mkdirSync(join(cache, "runc-v1"));
  await pruneLayouts(cache, 2);
  assert.equal(existsSync(layoutFolder(cache, "distro", "b")), false);
  assert.deepEqual(readdirSync(cache), [
    "image-distro-a",
    "image-distro-a.lock",
    "image-distro-c",
    "image-distro-c.lock",
    "runc-v1",
  ]);
});

test("buildah has no network and mounts nothing on the machine; work in /var/lib stays visible to it", () => {
  const command = isolatedCommand("/cache/work", ["buildah", "bud"]);
  assert.deepEqual(command.slice(0, 5), ["unshare", "--mount", "--net", "--propagation", "private"]);
  assert.deepEqual(command.slice(-3), ["sh", "buildah", "bud"]);
  assert.match(command[7] ?? "", /tmpfs \/var\/lib && exec/);
  assert.equal(isolatedCommand("/var/lib/ci/cache", ["x"])[7], 'exec "$@"');
});
