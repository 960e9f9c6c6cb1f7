import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createKubeClient } from "../../src/kube/client.ts";
import type { KubeErrorKind } from "../../src/kube/errors.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createManualClock } from "../clock/manual-clock.ts";
import { createBench, firstToken, nodeName, sharedCertificate } from "./bench.ts";
import { failureOf } from "./failure.ts";
import type { ApiFault } from "./fault.ts";

const path = `/api/v1/nodes/${nodeName}`;
const bounds = { timeoutMs: 5000 };

test("gets an object with the account's token and says who it is", async (context) => {
  const { server, client } = await createBench(context);
  const node = (await client.get(path, bounds)) as { metadata: { name: string } };
  assert.equal(node.metadata.name, nodeName);
  const [request] = server.requests();
  assert.equal(request?.headers.authorization, `Bearer ${firstToken}`);
  assert.equal(request?.headers["user-agent"], "prestow/test");
  assert.equal(request?.headers.accept, "application/json");
});

test("sends each kind of patch as the API knows it", async (context) => {
  const { server, client } = await createBench(context);
  await client.patch(path, { a: "ü" }, { type: "strategic" }, bounds);
  await client.patch(path, {}, { type: "merge", fieldManager: "me & you" }, bounds);
  await client.patch(path, [], { type: "json" }, bounds);
  await client.patch(path, {}, { type: "apply", fieldManager: "prestow", force: true }, bounds);
  const requests = server.requests();
  assert.deepEqual(
    requests.map(({ headers }) => headers["content-type"]),
    [
      "application/strategic-merge-patch+json",
      "application/merge-patch+json",
      "application/json-patch+json",
      "application/apply-patch+yaml",
    ],
  );
  const queries = requests.map((request) => request.path.slice(path.length));
  assert.deepEqual(queries, ["", "?fieldManager=me+%26+you", "", "?fieldManager=prestow&force=true"]);
  assert.deepEqual(requests[0]?.body, { a: "ü" });
});

test("keeps its connection from call to call", async (context) => {
  const { server, client } = await createBench(context);
  for (let i = 0; i < 3; i += 1) await client.get(path, bounds);
  assert.deepEqual(
    server.requests().map(({ connection }) => connection),
    [1, 1, 1],
  );
});

test("sends a rotated token as soon as the server refuses the old one", async (context) => {
  const { server, account, client } = await createBench(context);
  await client.get(path, bounds);
  await account.rotate("second-token");
  server.tokens.clear();
  server.tokens.add("second-token");
  await client.get(path, bounds);
  const sent = server.requests().map(({ headers }) => headers.authorization);
  assert.deepEqual(sent, [`Bearer ${firstToken}`, `Bearer ${firstToken}`, "Bearer second-token"]);
});

test("reads the token anew each minute, before the server refuses it", async (context) => {
  const clock = createManualClock();
  const { server, account, client } = await createBench(context, clock);
  server.tokens.add("second-token");
  await client.get(path, bounds);
  await account.rotate("second-token");
  await clock.advance(59_000);
  await client.get(path, bounds);
  await clock.advance(1000);
  await client.get(path, bounds);
  const sent = server.requests().map(({ headers }) => headers.authorization);
  assert.deepEqual(sent, [`Bearer ${firstToken}`, `Bearer ${firstToken}`, "Bearer second-token"]);
});

test("goes on with the token it knows while the file is away", async (context) => {
  const clock = createManualClock();
  const { account, client } = await createBench(context, clock);
  await client.get(path, bounds);
  await rm(join(account.folder, "token"));
  await clock.advance(61_000);
  await client.get(path, bounds);
});

test("asks once where the refused token is the only one", async (context) => {
  const { server, client } = await createBench(context);
  server.tokens.clear();
  server.tokens.add("another");
  const error = await failureOf(client.get(path, bounds));
  assert.deepEqual([error.kind, error.status], ["unauthorized", 401]);
  assert.equal(server.requests().length, 1);
});

const kinds: Record<number, KubeErrorKind> = {
  302: "unknown",
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  408: "timeout",
  409: "conflict",
  410: "gone",
  413: "invalid",
  415: "invalid",
  422: "invalid",
  429: "too-many-requests",
  500: "unavailable",
  503: "unavailable",
  504: "timeout",
};
test("gives each status its kind, its message and its place, and calls again after it", async (context) => {
  const { server, client } = await createBench(context);
  for (const [status, kind] of Object.entries(kinds)) {
    server.fault({ kind: "status", status: Number(status), message: `about ${status}` }, 1);
    const error = await failureOf(client.patch(path, {}, { type: "strategic" }, bounds));
    assert.deepEqual([error.kind, error.status], [kind, Number(status)]);
    assert.equal(error.message, `PATCH 127.0.0.1:${server.port}${path}: about ${status} (HTTP ${status})`);
  }
  await client.get(path, bounds);
});

test("tells for how long the server asks to be left alone", async (context) => {
  const { server, client } = await createBench(context);
  server.fault({ kind: "status", status: 429, headers: { "retry-after": "7" } }, 1);
  const error = await failureOf(client.get(path, bounds));
  assert.equal(error.retryAfterMs, 7000);
});

const odd: Record<string, readonly [ApiFault, KubeErrorKind, RegExp]> = {
  "an answer that is no JSON": [
    { kind: "status", status: 200, body: "<html>login</html>" },
    "unknown",
    /no JSON \(text\/plain\)/,
  ],
  "JSON that is broken": [
    { kind: "status", status: 200, body: '{"a":', headers: { "content-type": "application/json" } },
    "unknown",
    /no JSON/,
  ],
  "an error page of a proxy": [{ kind: "status", status: 502, body: "<html>" }, "unavailable", /: HTTP 502$/],
  "a reset": [{ kind: "reset" }, "unavailable", /the connection was cut \(ECONNRESET\)/],
  "a server that takes the request and hangs": [{ kind: "hang" }, "timeout", /no answer within 300ms/],
  "a server that hangs within the answer": [{ kind: "hang-body" }, "timeout", /no answer within 300ms/],
};
for (const [name, [fault, kind, message]] of Object.entries(odd)) {
  test(`ends within its deadline: ${name}`, async (context) => {
    const { server, client } = await createBench(context);
    server.fault(fault, 1);
    const startMs = performance.now();
    const error = await failureOf(client.get(path, { timeoutMs: 300 }));
    assert.ok(performance.now() - startMs < 1300);
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    await client.get(path, bounds);
  });
}

test("ends a call with the signal's reason as soon as it aborts", async (context) => {
  const { server, client } = await createBench(context);
  for (const kind of ["hang", "hang-body"] as const) {
    server.fault({ kind }, 1);
    const stop = new AbortController();
    const call = client.get(path, { timeoutMs: 60_000, signal: stop.signal });
    const seen = server.requests().length;
    while (server.requests().length === seen) await new Promise((resolve) => setImmediate(resolve));
    const reason = new Error("stopped");
    stop.abort(reason);
    await assert.rejects(call, reason);
  }
});

test("takes no answer that is larger than its bound", async (context) => {
  const { server } = await createBench(context);
  const { cert } = await sharedCertificate();
  const config = {
    server: new URL(`https://127.0.0.1:${server.port}`),
    tls: { ca: cert },
    token: undefined,
  };
  const options = { config, userAgent: "prestow/test", clock: systemClock, maxResponseBytes: 1000 };
  const client = createKubeClient(options);
  context.after(() => client.close());
  server.tokens.clear();
  server.nodes.set("large", { text: "x".repeat(1000) });
  const error = await failureOf(client.get("/api/v1/nodes/large", bounds));
  assert.deepEqual([error.kind, /more than 1000 bytes/.test(error.message)], ["unknown", true]);
});

test("never shows the token, though the server repeats it, nor a query", async (context) => {
  const { server, client } = await createBench(context);
  const message = `bad header "Bearer ${firstToken}" (${firstToken}) at https://u:p@proxy/x?sig=secret`;
  server.fault({ kind: "status", status: 500, message }, 1);
  const error = await failureOf(client.get(`${path}?secret=yes`, bounds));
  assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)}`, /first-token|secret|u:p/);
  assert.match(error.message, /bad header/);
});

test("calls a server that is down unavailable, and reaches it when it is back", async (context) => {
  const { server, client } = await createBench(context);
  await client.get(path, bounds);
  await server.stop();
  const error = await failureOf(client.get(path, bounds));
  assert.deepEqual([error.kind, /connection refused/.test(error.message)], ["unavailable", true]);
  await server.start();
  await client.get(path, bounds);
});
