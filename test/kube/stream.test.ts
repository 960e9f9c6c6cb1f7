import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeErrorKind } from "../../src/kube/errors.ts";
import { createBench, firstToken, nodeName } from "./bench.ts";
import { failureOf } from "./failure.ts";
import { configMap } from "./fake-resources.ts";
import type { ApiFault } from "./fault.ts";
import { until } from "./running-informer.ts";

const maps = "/api/v1/namespaces/ns/configmaps";
const watch = `${maps}?watch=true&resourceVersion=1000`;
const node = `/api/v1/nodes/${nodeName}`;
const bounds = { headersTimeoutMs: 5000, idleTimeoutMs: 5000 };

test("hands on an answer piece by piece as it comes, and resolves at its end", async (context) => {
  const { server, client } = await createBench(context);
  const resource = server.resources.define(maps);
  const seen: string[] = [];
  let opened = 0;
  const onOpen = () => {
    opened += 1;
  };
  const stream = client.stream(watch, { ...bounds, onOpen }, (chunk) => seen.push(chunk.toString()));
  await until(() => assert.equal(opened, 1));
  assert.equal(seen.length, 0);
  for (const name of ["a", "b"]) {
    resource.set(configMap(name));
    await until(() => assert.match(seen.at(-1) ?? "", new RegExp(`"name":"${name}"`)));
  }
  server.resources.watches.end();
  await stream;
  assert.equal(server.requests()[0]?.headers.authorization, `Bearer ${firstToken}`);
});

test("begins again with a rotated token, and hands on nothing of the refusal", async (context) => {
  const { server, account, client } = await createBench(context);
  await client.get(node, { timeoutMs: 5000 });
  await account.rotate("second-token");
  server.tokens.clear();
  server.tokens.add("second-token");
  let text = "";
  await client.stream(node, bounds, (chunk) => {
    text += chunk.toString();
  });
  assert.equal(JSON.parse(text).metadata.name, nodeName);
});

const late = { headersTimeoutMs: 200, idleTimeoutMs: 200 };
const failures: Record<string, readonly [ApiFault, KubeErrorKind, RegExp]> = {
  "a refusal": [
    { kind: "status", status: 410, message: "too old" },
    "gone",
    /^GET 127\.0\.0\.1:\d+\/api\/v1\/nodes\/node-1\.example: too old \(HTTP 410\)$/,
  ],
  "an answer that is no JSON": [{ kind: "status", status: 200, body: "<html>" }, "unknown", /no JSON/],
  "a reset": [{ kind: "reset" }, "unavailable", /the connection was cut/],
  "a server that hangs": [{ kind: "hang" }, "timeout", /no answer within 200ms/],
  "a server that falls silent": [{ kind: "hang-body" }, "timeout", /nothing came for 200ms/],
};
for (const [name, [fault, kind, message]] of Object.entries(failures)) {
  test(`ends with its error: ${name}`, async (context) => {
    const { server, client } = await createBench(context);
    server.fault(fault, 1);
    const error = await failureOf(client.stream(`${node}?secret=yes`, late, () => {}));
    assert.deepEqual([error.kind, message.test(error.message)], [kind, true], error.message);
    await client.stream(node, bounds, () => {});
  });
}

test("an answer that is cut off is an error, never an end", async (context) => {
  const { server, client } = await createBench(context);
  server.resources.define(maps).set(configMap("a"));
  const stream = failureOf(client.stream(watch, bounds, () => server.resources.watches.cut()));
  assert.equal((await stream).kind, "unavailable");
});

test("ends an answer that never ends, though something comes all the time", async (context) => {
  const { server, client } = await createBench(context);
  server.resources.define(maps);
  const drip = setInterval(() => server.resources.watches.write(" "), 10);
  context.after(() => clearInterval(drip));
  const error = await failureOf(client.stream(watch, { ...bounds, totalTimeoutMs: 200 }, () => {}));
  assert.deepEqual([error.kind, /no end of the answer within 200ms/.test(error.message)], ["timeout", true]);
});

test("throws what the reader of the pieces throws, and closes the connection", async (context) => {
  const { server, client } = await createBench(context);
  server.resources.define(maps).set(configMap("a"));
  const reason = new Error("unreadable");
  const stream = client.stream(watch, bounds, () => {
    throw reason;
  });
  await assert.rejects(stream, reason);
  await until(() => assert.equal(server.resources.watches.count(), 0));
});

test("ends with the signal's reason, before its head and within", async (context) => {
  const { server, client } = await createBench(context);
  server.resources.define(maps);
  for (const path of [watch, node]) {
    if (path === node) server.fault({ kind: "hang" }, 1);
    const stop = new AbortController();
    const long = { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000, signal: stop.signal };
    const stream = client.stream(path, long, () => {});
    const seen = server.requests().length;
    await until(() => assert.ok(server.requests().length > seen));
    const reason = new Error("stopped");
    const startMs = performance.now();
    stop.abort(reason);
    await assert.rejects(stream, reason);
    assert.ok(performance.now() - startMs < 30_000);
  }
});

test("creates, replaces and deletes objects, and repeats no creation", async (context) => {
  const { server, client } = await createBench(context);
  const call = { timeoutMs: 5000 };
  await client.put(node, { a: 1 }, call);
  await client.delete(node, call);
  await client.post(node, { b: 2 }, call);
  assert.deepEqual(
    server.requests().map(({ method, body, headers }) => [method, body, headers["content-type"]]),
    [
      ["PUT", { a: 1 }, "application/json"],
      ["DELETE", undefined, undefined],
      ["POST", { b: 2 }, "application/json"],
    ],
  );
  // On a connection that was used before, where a call that may be repeated would be.
  server.fault({ kind: "reset" }, 1);
  assert.equal((await failureOf(client.post(node, {}, call))).kind, "unavailable");
  assert.equal(server.requests().length, 4);
});
