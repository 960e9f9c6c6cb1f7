import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import type { TestRegistry } from "../../test/registry/registry.ts";
import { startTestRegistry } from "../../test/registry/registry.ts";
import { buildImage, buildIndex } from "./build.ts";
import { pushImage } from "./push.ts";

const amd64 = buildImage({ layers: [{ seed: "push", sizeBytes: 300_000 }], platform: "linux/amd64" });
const arm64 = buildImage({ layers: [{ seed: "push-arm", sizeBytes: 3000 }], platform: "linux/arm64" });

async function withRegistry(use: (registry: TestRegistry) => Promise<void>): Promise<void> {
  const registry = await startTestRegistry();
  try {
    await use(registry);
  } finally {
    await registry.close();
  }
}

async function read(registry: TestRegistry, path: string): Promise<Buffer> {
  const response = await fetch(`http://${registry.host}/v2/${path}`);
  assert.equal(response.status, 200, path);
  return Buffer.from(await response.arrayBuffer());
}

test("a pushed index is served by tag, and all that it refers to by digest", () =>
  withRegistry(async (registry) => {
    const image = buildIndex([
      { platform: "linux/amd64", image: amd64 },
      { platform: "linux/arm64", image: arm64 },
    ]);
    await pushImage({ registry: registry.host, repository: "team/app", tag: "v1", image });
    assert.deepEqual(await read(registry, "team/app/manifests/v1"), image.manifest.bytes);
    for (const child of [amd64, arm64]) {
      const path = `team/app/manifests/${child.manifest.digest}`;
      assert.deepEqual(await read(registry, path), child.manifest.bytes);
      for (const blob of child.blobs) {
        assert.deepEqual(await read(registry, `team/app/blobs/${blob.digest}`), blob.bytes);
      }
    }
  }));

test("a second push sends no blob again", () =>
  withRegistry(async (registry) => {
    const request = { registry: registry.host, repository: "app", tag: "v1", image: amd64 };
    await pushImage(request);
    registry.resetRecord();
    await pushImage({ ...request, tag: "v2" });
    assert.deepEqual(
      registry.requests().map(({ method }) => method),
      ["HEAD", "HEAD", "PUT"],
    );
  }));

test("credentials are sent as Basic", () =>
  withRegistry(async (registry) => {
    registry.protect("private", { scheme: "basic", username: "lab", password: "a:b" });
    const request = { registry: registry.host, repository: "private", tag: "v1", image: amd64 };
    await pushImage({ ...request, username: "lab", password: "a:b" });
    assert.ok(registry.requests().every((entry) => entry.username === "lab"));
    await assert.rejects(pushImage({ ...request, username: "lab", password: "canary" }), (error: Error) => {
      assert.match(error.message, /^HEAD \/v2\/private\/blobs\/sha256:\w+ at 127.+: answered 401/);
      assert.doesNotMatch(error.message, /canary/);
      return true;
    });
  }));

test("a registry that does not answer ends the push by its timeout", () =>
  withRegistry(async (registry) => {
    registry.fault("app", { on: "any", kind: "hang" });
    const request = { registry: registry.host, repository: "app", tag: "v1", image: amd64 };
    await assert.rejects(pushImage({ ...request, timeoutMs: 50 }), /^Error: HEAD .+: .*timeout/);
  }));

test("the caller's signal ends a push with its own reason", () =>
  withRegistry(async (registry) => {
    registry.fault("app", { on: "any", kind: "hang" });
    const stop = new AbortController();
    const request = { registry: registry.host, repository: "app", tag: "v1", image: amd64 };
    const push = pushImage({ ...request, signal: stop.signal });
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(push, reason);
  }));

test("a registry that is not there is named, with the system's reason", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  server.close();
  await once(server, "close");
  const registry = `127.0.0.1:${address.port}`;
  await assert.rejects(
    pushImage({ registry, repository: "app", tag: "v1", image: amd64 }),
    new RegExp(`at ${registry}: .*ECONNREFUSED`),
  );
});
