import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage } from "../../lab/images/build.ts";
import { download } from "./download.ts";
import type { TestRegistry } from "./registry.ts";
import { startTestRegistry } from "./registry.ts";

const image = buildImage({ layers: [{ seed: "registry", sizeBytes: 300_000 }], platform: "linux/amd64" });
const [layer] = image.blobs;
assert.ok(layer);
const layerPath = `app/blobs/${layer.digest}`;

async function withRegistry(use: (registry: TestRegistry, base: string) => Promise<void>): Promise<void> {
  const registry = await startTestRegistry();
  registry.add("app", "v1", image);
  try {
    await use(registry, `http://${registry.host}/v2/`);
  } finally {
    await registry.close();
  }
}

test("a manifest is served by tag and by digest with its type and digest", () =>
  withRegistry(async (_, base) => {
    for (const reference of ["v1", image.manifest.digest]) {
      const got = await download(`${base}app/manifests/${reference}`);
      assert.equal(got.status, 200);
      assert.equal(got.headers["content-type"], image.manifest.mediaType);
      assert.equal(got.headers["docker-content-digest"], image.manifest.digest);
      assert.deepEqual(got.bytes, image.manifest.bytes);
    }
  }));

test("HEAD tells type, digest and size, and serves nothing", () =>
  withRegistry(async (registry, base) => {
    const head = await fetch(`${base}${layerPath}`, { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), String(layer.bytes.length));
    assert.equal(head.headers.get("docker-content-digest"), layer.digest);
    assert.equal(registry.bytesServed("app"), 0);
  }));

const unknown = [
  "app/manifests/v2",
  "other/manifests/v1",
  `other/blobs/${layer.digest}`,
  "app",
  "app/tags/list",
];
for (const path of unknown) {
  test(`answers 404 to ${path.slice(0, 20)}`, () =>
    withRegistry(async (_, base) => assert.equal((await download(base + path)).status, 404)));
}

const size = layer.bytes.length;
const ranges: [string, number, number, number][] = [
  ["bytes=1000-", 206, 1000, size],
  ["bytes=0-9", 206, 0, 10],
  [`bytes=10-${size + 5}`, 206, 10, size],
  ["bytes=0-", 206, 0, size],
  ["lines=1-2", 200, 0, size],
];
for (const [range, status, from, to] of ranges) {
  test(`answers Range: ${range.replace(String(size + 5), "beyond the end")} with ${status}`, () =>
    withRegistry(async (registry, base) => {
      const got = await download(base + layerPath, { range });
      assert.equal(got.status, status);
      assert.ok(got.bytes.equals(layer.bytes.subarray(from, to)));
      const contentRange = status === 206 ? `bytes ${from}-${to - 1}/${size}` : undefined;
      assert.equal(got.headers["content-range"], contentRange);
      assert.equal(registry.requests()[0]?.range, range);
    }));
}

test("a range that begins beyond the end is refused with 416", () =>
  withRegistry(async (_, base) => {
    const got = await download(base + layerPath, { range: `bytes=${size}-` });
    assert.equal(got.status, 416);
    assert.equal(got.headers["content-range"], `bytes */${size}`);
  }));

test("requests are remembered in order, with who asked, what and what came of it", () =>
  withRegistry(async (registry, base) => {
    const authorization = `Basic ${Buffer.from("lab:canary").toString("base64")}`;
    await download(`${base}app/manifests/v1?ns=example.org`, { authorization });
    await download(base + layerPath);
    const [manifest, blob] = registry.requests();
    assert.deepEqual(
      [manifest?.kind, manifest?.repository, manifest?.reference, manifest?.path, manifest?.status],
      ["manifest", "app", "v1", "/v2/app/manifests/v1", 200],
    );
    assert.deepEqual([manifest?.scheme, manifest?.username], ["Basic", "lab"]);
    assert.deepEqual([blob?.kind, blob?.reference, blob?.scheme], ["blob", layer.digest, undefined]);
    assert.ok((blob?.atMs ?? 0) >= (manifest?.atMs ?? 0));
    assert.ok((manifest?.endedAtMs ?? 0) >= (manifest?.atMs ?? Number.NaN));
    assert.doesNotMatch(JSON.stringify(registry.requests()), /canary/);
  }));

test("served bytes count by repository and by blob, ranges as what was sent, manifests not at all", () =>
  withRegistry(async (registry, base) => {
    registry.add("other", "v1", image);
    await download(`${base}app/manifests/v1`);
    await download(base + layerPath);
    await download(base + layerPath, { range: "bytes=0-99" });
    await download(`${base}other/blobs/${layer.digest}`);
    assert.equal(registry.bytesServed("app"), size + 100);
    assert.equal(registry.bytesServed("other"), size);
    assert.equal(registry.bytesServedOfBlob(layer.digest), 2 * size + 100);
    registry.resetRecord();
    assert.equal(registry.bytesServed("app"), 0);
    assert.deepEqual(registry.requests(), []);
  }));

test("counts how many blobs are on their way at once", () =>
  withRegistry(async (registry, base) => {
    registry.fault("app", { on: "blob", kind: "slow", bytesPerSecond: size * 10 });
    await Promise.all([1, 2, 3].map(() => download(base + layerPath)));
    assert.equal(registry.maxConcurrentBlobs(), 3);
    assert.equal(registry.activeBlobs(), 0);
  }));

test("a moved tag serves the new image, and the old one stays under its digest", () =>
  withRegistry(async (registry, base) => {
    const next = buildImage({ layers: [{ seed: "next", sizeBytes: 10 }], platform: "linux/amd64" });
    registry.add("app", "v1", next);
    assert.deepEqual((await download(`${base}app/manifests/v1`)).bytes, next.manifest.bytes);
    assert.equal((await download(`${base}app/manifests/${image.manifest.digest}`)).status, 200);
  }));

test("downloads share the bandwidth limit until it is lifted", async () => {
  const registry = await startTestRegistry({ bytesPerSecond: size * 10 });
  try {
    registry.add("app", "v1", image);
    const url = `http://${registry.host}/v2/${layerPath}`;
    const limited = await Promise.all([1, 2, 3].map(() => download(url)));
    const slowestMs = Math.max(...limited.map(({ durationMs }) => durationMs));
    assert.ok(slowestMs > 240 && slowestMs < 1000, `${slowestMs} ms`);
    registry.limitBandwidth(undefined);
    assert.ok((await download(url)).durationMs < 100);
  } finally {
    await registry.close();
  }
});

test("an upload whose bytes have another digest is refused", () =>
  withRegistry(async (_, base) => {
    const url = `${base}app/blobs/uploads/1?digest=${layer.digest}`;
    assert.equal((await fetch(url, { method: "PUT", body: "other bytes" })).status, 400);
  }));

test("close ends hanging answers at once, can be called twice, and the port serves again", async () => {
  const first = await startTestRegistry();
  first.fault("app", { on: "any", kind: "hang" });
  const pending = download(`http://${first.host}/v2/app/manifests/v1`);
  while (first.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
  const startMs = performance.now();
  await first.close();
  await first.close();
  assert.equal((await pending).failure, "ECONNRESET");
  assert.ok(performance.now() - startMs < 200);
  const second = await startTestRegistry({ port: Number(first.host.split(":")[1]) });
  assert.equal(second.host, first.host);
  await second.close();
});
