import assert from "node:assert/strict";
import { get } from "node:https";
import { test } from "node:test";
import { sha256 } from "../../lab/images/blob.ts";
import { buildImage } from "../../lab/images/build.ts";
import { createSelfSignedCertificate } from "./certificate.ts";
import type { Download } from "./download.ts";
import { download } from "./download.ts";
import type { FaultRule } from "./fault.ts";
import type { TestRegistry } from "./registry.ts";
import { startTestRegistry } from "./registry.ts";

const image = buildImage({ layers: [{ seed: "fault", sizeBytes: 300_000 }], platform: "linux/amd64" });
const [layer] = image.blobs;
assert.ok(layer);
const size = layer.bytes.length;

async function withRegistry(use: (registry: TestRegistry, base: string) => Promise<void>): Promise<void> {
  const registry = await startTestRegistry();
  registry.add("app", "v1", image);
  registry.add("healthy", "v1", image);
  try {
    await use(registry, `http://${registry.host}/v2/`);
  } finally {
    await registry.close();
  }
}

interface Case {
  readonly rule: FaultRule;
  readonly timeoutMs?: number;
  readonly expected: (got: Download) => void;
}

const spoiled: Record<string, Case> = {
  "a status is answered instead of the blob": {
    rule: { on: "blob", kind: "status", status: 503 },
    expected: (got) => assert.equal(got.status, 503),
  },
  "a 401 brings a Basic challenge": {
    rule: { on: "blob", kind: "status", status: 401 },
    expected: (got) => assert.match(got.headers["www-authenticate"] ?? "", /^Basic realm=/),
  },
  "a 429 brings the headers and the body it is given": {
    rule: { on: "any", kind: "status", status: 429, headers: { "retry-after": "7" }, body: "slow down" },
    expected(got) {
      assert.deepEqual(
        [got.status, got.headers["retry-after"], got.bytes.toString()],
        [429, "7", "slow down"],
      );
    },
  },
  "a hang gives no answer": {
    rule: { on: "blob", kind: "hang" },
    timeoutMs: 100,
    expected: (got) => assert.deepEqual([got.status, got.failure], [0, "timeout"]),
  },
  "a hang in the middle gives so many bytes and then nothing": {
    rule: { on: "blob", kind: "hang-body", afterBytes: 100_000 },
    timeoutMs: 200,
    expected: (got) => assert.deepEqual([got.bytes.length, got.failure], [100_000, "timeout"]),
  },
  "a slow body trickles": {
    rule: { on: "blob", kind: "slow", bytesPerSecond: 1000 },
    timeoutMs: 300,
    expected(got) {
      assert.equal(got.failure, "timeout");
      assert.ok(got.bytes.length >= 100 && got.bytes.length <= 400, `${got.bytes.length} bytes`);
    },
  },
  "a reset without an offset comes before any answer": {
    rule: { on: "blob", kind: "reset" },
    expected: (got) => assert.deepEqual([got.status, got.failure], [0, "ECONNRESET"]),
  },
  "a reset in the middle cuts the body": {
    rule: { on: "blob", kind: "reset", afterBytes: 1000 },
    expected(got) {
      assert.deepEqual([got.status, got.failure], [200, "ECONNRESET"]);
      assert.ok(got.bytes.length <= 1000);
    },
  },
  "a truncated body is shorter than its Content-Length": {
    rule: { on: "blob", kind: "truncate", afterBytes: 1000 },
    expected: (got) =>
      assert.deepEqual(
        [got.headers["content-length"], got.bytes.length, got.failure],
        [String(size), 1000, "ECONNRESET"],
      ),
  },
  "a truncated body with a short Content-Length looks whole": {
    rule: { on: "blob", kind: "truncate", afterBytes: 1000, contentLength: "short" },
    expected: (got) =>
      assert.deepEqual(
        [got.headers["content-length"], got.bytes.length, got.failure],
        ["1000", 1000, undefined],
      ),
  },
  "a corrupt body has the right length and another digest": {
    rule: { on: "blob", kind: "corrupt" },
    expected(got) {
      assert.deepEqual([got.bytes.length, got.failure], [size, undefined]);
      assert.notEqual(sha256(got.bytes), layer.digest);
    },
  },
  "a redirect leads to itself, by another address each time": {
    rule: { on: "blob", kind: "redirect-loop" },
    expected(got) {
      assert.equal(got.status, 307);
      assert.match(got.headers.location ?? "", /\?hop=1$/);
    },
  },
};
for (const [name, { rule, timeoutMs, expected }] of Object.entries(spoiled)) {
  test(name, () =>
    withRegistry(async (registry, base) => {
      registry.fault("app", rule);
      const path = `blobs/${layer.digest}`;
      expected(await download(`${base}app/${path}`, {}, timeoutMs));
      assert.equal(registry.requests()[0]?.fault, rule.kind);
      assert.ok((await download(`${base}healthy/${path}`)).bytes.equals(layer.bytes));
    }),
  );
}

test("a client that follows redirects gives up on the loop", () =>
  withRegistry(async (registry, base) => {
    registry.fault("app", { on: "manifest", kind: "redirect-loop" });
    await assert.rejects(fetch(`${base}app/manifests/v1`));
    assert.ok(registry.requests().length > 10);
  }));

test("offsets count from the range that is asked for, so that a resumed download is cut again", () =>
  withRegistry(async (registry, base) => {
    registry.fault("app", { on: "blob", kind: "truncate", afterBytes: 1000, times: 2 });
    const url = `${base}app/blobs/${layer.digest}`;
    const parts = [await download(url), await download(url, { range: "bytes=1000-" })];
    const rest = await download(url, { range: "bytes=2000-" });
    const whole = Buffer.concat([...parts, rest].map(({ bytes }) => bytes));
    assert.ok(whole.equals(layer.bytes));
    assert.equal(registry.bytesServed("app"), size);
  }));

async function statuses(base: string, count: number): Promise<number[]> {
  const got: number[] = [];
  for (let i = 0; i < count; i++) got.push((await download(`${base}app/manifests/v1`)).status);
  return got;
}

test("a fault that is used up gives way to the next one, then to health", () =>
  withRegistry(async (registry, base) => {
    registry.fault("app", { on: "manifest", kind: "status", status: 500, times: 2 });
    registry.fault("app", { on: "any", kind: "status", status: 502, times: 1 });
    assert.deepEqual(await statuses(base, 4), [500, 500, 502, 200]);
  }));

test("a fault without times lasts until it is taken away", () =>
  withRegistry(async (registry, base) => {
    const takeAway = registry.fault("app", { on: "manifest", kind: "status", status: 403 });
    assert.deepEqual(await statuses(base, 3), [403, 403, 403]);
    takeAway();
    assert.deepEqual(await statuses(base, 1), [200]);
    registry.fault("app", { on: "manifest", kind: "status", status: 404 });
    registry.clearFaults();
    assert.deepEqual(await statuses(base, 1), [200]);
  }));

test("a fault meets only the requests that it matches", () =>
  withRegistry(async (registry, base) => {
    const match = ({ reference }: { reference: string }) => reference === image.manifest.digest;
    registry.fault("app", { on: "manifest", kind: "status", status: 500, match });
    assert.deepEqual(await statuses(base, 1), [200]);
    assert.equal((await download(`${base}app/manifests/${image.manifest.digest}`)).status, 500);
    assert.equal((await download(`${base}app/blobs/${layer.digest}`)).status, 200);
  }));

test("a fault with a reference leaves other blobs of the repository alone", () =>
  withRegistry(async (registry, base) => {
    registry.fault("app", { on: "blob", reference: layer.digest, kind: "status", status: 500 });
    const got = await Promise.all(image.blobs.map(({ digest }) => download(`${base}app/blobs/${digest}`)));
    assert.deepEqual(
      got.map(({ status }) => status),
      [500, 200],
    );
  }));

test("dropped connections end downloads under way, and the next one is served", () =>
  withRegistry(async (registry, base) => {
    registry.fault("app", { on: "blob", kind: "hang-body", afterBytes: 10, times: 1 });
    const url = `${base}app/blobs/${layer.digest}`;
    const cut = download(url);
    while (registry.bytesServed("app") < 10) await new Promise((resolve) => setImmediate(resolve));
    registry.dropConnections();
    assert.equal((await cut).failure, "ECONNRESET");
    assert.equal((await download(url)).bytes.length, size);
  }));

test("over TLS the certificate is nobody's but verifies when it is trusted", async () => {
  const tls = await createSelfSignedCertificate();
  const registry = await startTestRegistry({ tls });
  const request = (ca?: string) =>
    new Promise<string>((resolve) => {
      const sent = get(`https://${registry.host}/v2/`, { agent: false, ...(ca === undefined ? {} : { ca }) });
      sent.on("response", (response) => {
        response.resume();
        resolve(String(response.statusCode));
      });
      sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    });
  try {
    assert.equal(await request(), "DEPTH_ZERO_SELF_SIGNED_CERT");
    assert.equal(await request(tls.cert), "200");
  } finally {
    await registry.close();
  }
});
