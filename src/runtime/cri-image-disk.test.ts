import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createImageDisk, type FilesystemSpace } from "./cri-image-disk.ts";
import { RuntimeError } from "./errors.ts";

const bounds = { timeoutMs: 30_000 };
const missing = () => Promise.reject(Object.assign(new Error("ENOENT"), { code: "ENOENT" }));

function disk(spaces: Readonly<Record<string, FilesystemSpace>>, mountpoint = "/images", usedBytes = 40) {
  return createImageDisk({
    runtime: { imageFilesystems: async () => [{ mountpoint, usedBytes, usedInodes: 0 }] },
    statePath: "/state",
    readSpace: async (path) => spaces[path] ?? missing(),
  });
}

const large = { totalBytes: 1000, freeBytes: 300, usedBytes: 700 };
const small = { totalBytes: 100, freeBytes: 60, usedBytes: 39 };

test("reads the filesystem that the runtime names, where it is to be seen", async () => {
  const space = await disk({ "/images": large, "/state": small }).read(bounds);
  assert.deepEqual(space, { totalBytes: 1000, freeBytes: 300 });
});

test("else reads that of the state folder", async () => {
  const expected = { totalBytes: 1000, freeBytes: 300 };
  assert.deepEqual(await disk({ "/state": large }).read(bounds), expected);
  assert.deepEqual(await disk({ "/state": large, images: small }, "images").read(bounds), expected);
});

test("takes no disk for that of the images which holds less than they take", async () => {
  assert.equal(await disk({ "/state": small }).read(bounds), undefined);
  assert.ok(await disk({ "/state": small }, "/images", 39).read(bounds));
});

test("sees nothing where neither is there", async () => {
  assert.equal(await disk({}).read(bounds), undefined);
});

test("throws the runtime's error, and a timeout where the filesystem hangs", async () => {
  const unavailable = new RuntimeError("gone", { kind: "unavailable" });
  const options = { statePath: "/state", readSpace: () => new Promise<never>(() => {}) };
  const lost = createImageDisk({
    ...options,
    runtime: { imageFilesystems: () => Promise.reject(unavailable) },
  });
  await assert.rejects(lost.read(bounds), unavailable);
  const hung = createImageDisk({ ...options, runtime: { imageFilesystems: async () => [] } });
  // The deadline's own timer keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await assert.rejects(hung.read({ timeoutMs: 10 }), { name: "RuntimeError", kind: "timeout" });
  const reason = new Error("stopped");
  await assert.rejects(hung.read({ ...bounds, signal: AbortSignal.abort(reason) }), reason);
  clearInterval(alive);
});

test("reads a real filesystem", async (t) => {
  const statePath = await mkdtemp(join(tmpdir(), "prestow-disk-"));
  t.after(() => rm(statePath, { recursive: true }));
  const space = await createImageDisk({ runtime: { imageFilesystems: async () => [] }, statePath }).read(
    bounds,
  );
  assert.ok(space !== undefined && space.totalBytes > space.freeBytes && space.freeBytes > 0);
});
