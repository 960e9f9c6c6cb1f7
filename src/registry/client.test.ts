import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { buildImage, buildIndex } from "../../lab/images/build.ts";
import { createSelfSignedCertificate } from "../../test/registry/certificate.ts";
import { startTestRegistry, type TestRegistry } from "../../test/registry/registry.ts";
import { parseReference } from "../image/reference.ts";
import { systemClock } from "../lib/clock.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";
import { createRegistryClient } from "./client.ts";
import { RegistryError } from "./errors.ts";
import type { RegistryClientOptions } from "./registry.ts";

const image = buildImage({ layers: [], platform: "linux/amd64" });
const { digest } = image.manifest;
const user = { username: "lab", password: "hunter2:secret" };
const right: RegistryAuth = user;
const wrong: RegistryAuth = { username: "lab", password: "wrong-password" };

interface Bench {
  readonly registry: TestRegistry;
  resolve(name: string, auths?: readonly RegistryAuth[], timeoutMs?: number): Promise<string>;
  /** The error that it ends with. */
  fail(name: string, auths?: readonly RegistryAuth[], timeoutMs?: number): Promise<RegistryError>;
  /** What was asked for so far: method, kind of route and scheme of the login. */
  asked(): string[];
}

async function createBench(
  context: TestContext,
  options: Partial<RegistryClientOptions> = {},
  tls?: { readonly key: string; readonly cert: string },
): Promise<Bench> {
  const registry = await startTestRegistry(tls === undefined ? {} : { tls });
  registry.add("app", "v1", image);
  const plainHttpHosts = tls === undefined ? [registry.host] : [];
  const client = createRegistryClient({
    userAgent: "prestow/test",
    clock: systemClock,
    plainHttpHosts,
    ...options,
  });
  context.after(async () => {
    client.close();
    await registry.close();
  });
  const resolve = (name: string, auths: readonly RegistryAuth[] = [], timeoutMs = 10_000) => {
    return client.resolveDigest(parseReference(`${registry.host}/${name}`), auths, { timeoutMs });
  };
  return {
    registry,
    resolve,
    async fail(name, auths, timeoutMs) {
      const error = await resolve(name, auths, timeoutMs).then(
        (found) => assert.fail(`it resolved to ${found}`),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof RegistryError, String(error));
      for (const secret of ["hunter2", "wrong-password", "Basic ", "signature="])
        assert.ok(!error.message.includes(secret));
      return error;
    },
    asked: () =>
      registry.requests().map(({ method, kind, scheme }) => [method, kind, scheme].filter(Boolean).join(" ")),
  };
}

test("a tag is resolved by one HEAD, and no byte of an image is got", async (context) => {
  const { resolve, asked, registry } = await createBench(context);
  assert.equal(await resolve("app:v1"), digest);
  assert.deepEqual([asked(), registry.bytesServed("app")], [["HEAD manifest"], 0]);
});

test("no tag means latest", async (context) => {
  const { resolve, registry } = await createBench(context);
  registry.add("app", "latest", image);
  await resolve("app");
  assert.equal(registry.requests()[0]?.path, "/v2/app/manifests/latest");
});

test("of an index the digest of the index is given, for every platform", async (context) => {
  const { resolve, registry } = await createBench(context);
  const index = buildIndex([{ platform: "linux/amd64", image }]);
  registry.add("many", "v1", index);
  assert.equal(await resolve("many:v1"), index.manifest.digest);
});

test("a digest is what it is, whatever tag stands beside it, and nobody is asked", async (context) => {
  const { resolve, asked } = await createBench(context);
  assert.equal(await resolve(`app:v1@${digest}`), digest);
  assert.deepEqual(asked(), []);
});

test("a registry that does not know HEAD is asked by GET", async (context) => {
  for (const status of [404, 405]) {
    const { resolve, asked, registry } = await createBench(context);
    registry.fault("app", {
      on: "manifest",
      kind: "status",
      status,
      match: ({ method }) => method === "HEAD",
    });
    assert.equal(await resolve("app:v1"), digest);
    assert.deepEqual(asked(), ["HEAD manifest", "GET manifest"]);
  }
});

test("where the registry names no digest it is computed from the manifest", async (context) => {
  const { resolve, registry } = await createBench(context);
  const headers = { "content-type": image.manifest.mediaType };
  const body = image.manifest.bytes.toString("utf8");
  registry.fault("app", { on: "manifest", kind: "status", status: 200, headers, body });
  assert.equal(await resolve("app:v1"), digest);
});

test("a manifest that is not what its digest says is corrupt", async (context) => {
  const { fail, registry } = await createBench(context);
  registry.fault("app", { on: "manifest", kind: "status", status: 405, times: 1 });
  registry.fault("app", { on: "manifest", kind: "corrupt" });
  assert.equal((await fail("app:v1")).kind, "corrupt");
});

test("a manifest of schema 1 is told to be of no use", async (context) => {
  const { fail, registry } = await createBench(context);
  const headers = { "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws" };
  registry.fault("app", { on: "manifest", kind: "status", status: 200, headers, body: "{}" });
  assert.equal((await fail("app:v1")).kind, "unsupported");
});

test("a private repository opens by Basic, by a token for a password, by an identity and by a registry token", async (context) => {
  const { resolve, registry } = await createBench(context);
  for (const name of ["basic", "token"]) registry.add(name, "v1", image);
  registry.protect("basic", { scheme: "basic", ...user });
  registry.protect("token", { scheme: "bearer", ...user, identityToken: "identity", registryToken: "ready" });
  assert.equal(await resolve("basic:v1", [right]), digest);
  assert.equal(await resolve("token:v1", [right]), digest);
  assert.equal(await resolve("token:v1", [{ identityToken: "identity" }]), digest);
  assert.equal(await resolve("token:v1", [{ registryToken: "ready" }]), digest);
  const tokens = registry.requests().filter(({ kind }) => kind === "token");
  assert.deepEqual(
    tokens.map(({ method, username, grantType }) => [method, username, grantType]),
    [
      ["GET", "lab", undefined],
      ["POST", undefined, "refresh_token"],
    ],
  );
});

test("a public repository behind a token service opens to everybody", async (context) => {
  const { resolve, registry, asked } = await createBench(context);
  const realm = `http://${registry.host}/token`;
  const headers = { "www-authenticate": `Bearer realm="${realm}",service="x",scope="repository:app:pull"` };
  registry.fault("app", { on: "manifest", kind: "status", status: 401, headers, times: 1 });
  assert.equal(await resolve("app:v1"), digest);
  assert.deepEqual(asked(), ["HEAD manifest", "GET token", "HEAD manifest Bearer"]);
});

test("credentials are tried one after another and stop at the first that is let in", async (context) => {
  for (const scheme of ["basic", "bearer"] as const) {
    const { resolve, registry } = await createBench(context);
    registry.protect("app", { scheme, ...user });
    assert.equal(await resolve("app:v1", [wrong, right, { username: "never", password: "asked" }]), digest);
    assert.ok(registry.requests().every(({ username }) => username !== "never"));
  }
});

test("where there are credentials nobody asks anonymously", async (context) => {
  const { fail, registry, asked } = await createBench(context);
  registry.protect("app", { scheme: "bearer", ...user });
  const error = await fail("app:v1", [wrong]);
  assert.equal(error.kind, "denied");
  assert.match(error.message, /none of the credentials for it is let in$/);
  assert.deepEqual(asked(), ["HEAD manifest", "GET token Basic"]);
  assert.match((await fail("app:v1")).message, /HTTP 401; no credential is for it$/);
});

const statuses: readonly (readonly [number, string])[] = [
  [401, "denied"],
  [403, "denied"],
  [404, "not-found"],
  [429, "rate-limited"],
  [500, "unavailable"],
  [503, "unavailable"],
  [504, "timeout"],
  [418, "unknown"],
];
for (const [status, kind] of statuses) {
  test(`HTTP ${status} is ${kind}`, async (context) => {
    const { fail, registry } = await createBench(context);
    registry.fault("app", { on: "manifest", kind: "status", status });
    const error = await fail("app:v1");
    assert.deepEqual([error.kind, error.status], [kind, status]);
    assert.ok(error.message.startsWith(`${registry.host}/app:v1: registry ${registry.host}: HTTP ${status}`));
  });
}

test("of an answer's body only the code is shown", async (context) => {
  const { fail, registry } = await createBench(context);
  const body = JSON.stringify({ errors: [{ code: "NAME_UNKNOWN", message: "hunter2" }] });
  registry.fault("app", { on: "manifest", kind: "status", status: 404, body });
  assert.match((await fail("app:v1")).message, /HTTP 404 NAME_UNKNOWN$/);
});

test("a registry that has enough of us says for how long", async (context) => {
  const { fail, registry } = await createBench(context);
  const times = { "retry-after": "7" };
  registry.fault("app", { on: "manifest", kind: "status", status: 429, headers: times });
  assert.equal((await fail("app:v1")).retryAfterMs, 7000);
});

test("a token service that is down or has enough of us says nothing of credentials", async (context) => {
  for (const [status, kind] of [
    [503, "unavailable"],
    [429, "rate-limited"],
  ] as const) {
    const { fail, registry } = await createBench(context);
    registry.protect("app", { scheme: "bearer", ...user });
    registry.fault("app", { on: "token", kind: "status", status });
    assert.equal((await fail("app:v1", [right, wrong])).kind, kind);
  }
});

test("one deadline holds for all requests together", async (context) => {
  const { fail, registry } = await createBench(context);
  registry.protect("app", { scheme: "bearer", ...user });
  registry.fault("app", { on: "token", kind: "hang" });
  const startMs = performance.now();
  const error = await fail("app:v1", [right], 100);
  assert.equal(error.kind, "timeout");
  assert.ok(performance.now() - startMs < 5000);
});

test("a body that does not end meets the deadline, too", async (context) => {
  const { fail, registry } = await createBench(context);
  registry.fault("app", { on: "manifest", kind: "status", status: 405, times: 1 });
  registry.fault("app", { on: "manifest", kind: "hang-body", afterBytes: 5 });
  assert.equal((await fail("app:v1", [], 100)).kind, "timeout");
});

test("a signal ends a call with its reason", async (context) => {
  const { registry } = await createBench(context);
  registry.fault("app", { on: "manifest", kind: "hang" });
  const client = createRegistryClient({
    userAgent: "x",
    clock: systemClock,
    plainHttpHosts: [registry.host],
  });
  const reason = new Error("stop");
  const stopping = new AbortController();
  const call = client.resolveDigest(parseReference(`${registry.host}/app:v1`), [], {
    timeoutMs: 10_000,
    signal: stopping.signal,
  });
  stopping.abort(reason);
  await assert.rejects(call, reason);
});

test("a registry that is away, cuts the connection or sends on for ever is unavailable", async (context) => {
  const { fail, registry } = await createBench(context);
  registry.fault("app", { on: "manifest", kind: "reset", times: 1 });
  assert.equal((await fail("app:v1")).kind, "unavailable");
  registry.fault("app", { on: "manifest", kind: "redirect-loop" });
  assert.equal((await fail("app:v1")).kind, "unavailable");
  assert.ok(registry.requests().length < 10);
  await registry.close();
  assert.match((await fail("app:v1")).message, /connection refused \(ECONNREFUSED\)/);
});

test("sent on to another host, the login stays behind", async (context) => {
  const first = await createBench(context);
  const second = await startTestRegistry();
  context.after(() => second.close());
  second.add("app", "v1", image);
  const plainHttpHosts = [first.registry.host, second.host];
  const client = createRegistryClient({ userAgent: "x", clock: systemClock, plainHttpHosts });
  const headers = { location: `http://${second.host}/v2/app/manifests/v1?signature=secret` };
  first.registry.fault("app", { on: "manifest", kind: "status", status: 307, headers });
  const name = parseReference(`${first.registry.host}/app:v1`);
  assert.equal(await client.resolveDigest(name, [{ registryToken: "ready" }], { timeoutMs: 10_000 }), digest);
  assert.equal(first.registry.requests()[0]?.scheme, "Bearer");
  assert.equal(second.requests()[0]?.scheme, undefined);
});

test("is not sent on to what is not encrypted, unless it was named for that", async (context) => {
  const { fail, registry } = await createBench(context);
  const headers = { location: "http://192.0.2.1/v2/app/manifests/v1?signature=secret" };
  registry.fault("app", { on: "manifest", kind: "status", status: 307, headers });
  assert.match((await fail("app:v1")).message, /sent on to http:\/\/192\.0\.2\.1, which is not encrypted/);
});

test("gives no password to a token service that is not encrypted", async (context) => {
  const { fail, registry } = await createBench(context);
  const headers = { "www-authenticate": 'Bearer realm="http://192.0.2.1/token",service="x"' };
  registry.fault("app", { on: "manifest", kind: "status", status: 401, headers });
  assert.match((await fail("app:v1", [right])).message, /token service is http:\/\/192\.0\.2\.1/);
});

test("speaks TLS to every registry that is not named, and trusts nobody unknown", async (context) => {
  const tls = await createSelfSignedCertificate();
  const trusting = await createBench(context, { ca: tls.cert }, tls);
  assert.equal(await trusting.resolve("app:v1"), digest);
  const strange = await createBench(context, {}, tls);
  assert.match((await strange.fail("app:v1")).message, /signed by nobody we trust/);
  const plain = await createBench(context, { plainHttpHosts: [] });
  assert.match((await plain.fail("app:v1")).message, /does not speak TLS/);
});

test("an answer without end is not read to its end", async (context) => {
  const server = createServer((request, response) => {
    if (request.method === "HEAD") return void response.writeHead(405).end();
    const send = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on("drain", send);
    send();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = createRegistryClient({ userAgent: "x", clock: systemClock, plainHttpHosts: [host] });
  const call = client.resolveDigest(parseReference(`${host}/app:v1`), [], { timeoutMs: 10_000 });
  await assert.rejects(call, /more than 4194304 bytes/);
});
