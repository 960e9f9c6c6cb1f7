import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get, type RequestOptions } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { createForeignClient } from "../../../test/metrics/foreign-client.ts";
import { createLogger } from "../../lib/log.ts";
import { Result } from "../gen/metrics.ts";
import { type AggregatorOptions, runAggregator } from "./aggregator.ts";

const result: Result = {
  attemptId: "a",
  startedAt: 1_700_000_000,
  image: "nginx",
  error: "",
  durationMs: 5,
  node: "n",
  sizeBytes: 10,
};
const encode = (fields: Partial<Result>) => Result.encode({ ...result, ...fields }).finish();

async function start(t: TestContext, options: Partial<AggregatorOptions> = {}) {
  const stop = new AbortController();
  const served = Promise.withResolvers<{ grpcPort: number; httpPort: number }>();
  const said: string[] = [];
  const write = (line: string) => {
    const entry = JSON.parse(line);
    said.push(entry.msg);
    if (entry.msg === "aggregator serves") served.resolve(entry);
  };
  const log = createLogger({ level: "info", format: "json", clock: { dateMs: () => 0 }, write });
  const settings: AggregatorOptions = {
    host: "127.0.0.1",
    grpcPort: 0,
    httpPort: 0,
    maxEntries: 100,
    stateFile: undefined,
    tls: undefined,
    token: undefined,
    ...options,
  };
  const running = runAggregator(settings, log, stop.signal);
  const { grpcPort, httpPort } = await Promise.race([served.promise, running.then(() => served.promise)]);
  const client = createForeignClient(grpcPort);
  const end = async () => {
    client.close();
    stop.abort();
    await running;
  };
  t.after(end);
  const ask = (path: string, request: RequestOptions = {}) => askHttp(httpPort, path, request);
  const submit = (...results: Partial<Result>[]) => client.send("/Metrics/Submit", results.map(encode));
  return { grpcPort, httpPort, client, ask, submit, said, end };
}

async function askHttp(port: number, path: string, options: RequestOptions) {
  const request = get({ host: "127.0.0.1", port, path, agent: false, ...options });
  const [response] = await once(request, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test("shows what a foreign client submitted as a JSON array, whatever is accepted", async (t) => {
  const { submit, ask } = await start(t);
  assert.equal((await ask("/metrics")).body, "[]");
  assert.equal(
    (await submit({}, { attemptId: "b", error: "no" }, { attemptId: "a", durationMs: 7 })).length,
    0,
  );
  const { status, headers, body } = await ask("/metrics?now", { headers: { accept: "*/*" } });
  assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
  const common = { started_at: 1_700_000_000, image: "nginx", node: "n", size_bytes: 10 };
  assert.deepEqual(JSON.parse(body), [
    { attempt_id: "b", ...common, duration_ms: 5, error: "no" },
    { attempt_id: "a", ...common, duration_ms: 7 },
  ]);
});

test("shows Prometheus' texts to who asks for them, an attempt counted once", async (t) => {
  const { submit, ask } = await start(t);
  await submit({}, {}, { attemptId: "b" });
  for (const accept of ["text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0"]) {
    const { headers, body } = await ask("/metrics", { headers: { accept } });
    assert.ok(headers["content-type"]?.startsWith(accept));
    assert.match(body, /^prestow_pull_attempts_total\{image="nginx",outcome="succeeded"\} 2$/m);
  }
});

test("what a client submits cannot write to a reader's terminal nor pass for a page", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "prestow-aggregator-"));
  t.after(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.jsonl");
  const { submit, ask } = await start(t, { stateFile });
  const hostile = "<b>\u001b]0;x\u0007\u009b31m\r\u202e";
  await submit({ attemptId: hostile, image: hostile, error: hostile, node: hostile });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
  for (const accept of ["application/json", "text/plain; version=0.0.4"]) {
    const { headers, body } = await ask("/metrics", { headers: { accept } });
    assert.match(body, /<b>\\\\x1b]0;x/);
    assert.doesNotMatch(body, obeyed);
    assert.equal(headers["x-content-type-options"], "nosniff");
  }
  assert.doesNotMatch(await readFile(stateFile, "utf8"), obeyed);
});

test("keeps the newest results only, and says so once", async (t) => {
  const { submit, ask, said } = await start(t, { maxEntries: 3 });
  await submit(...Array.from({ length: 10 }, (_, index) => ({ attemptId: String(index) })));
  const ids = JSON.parse((await ask("/metrics")).body).map(
    (entry: { attempt_id: string }) => entry.attempt_id,
  );
  assert.deepEqual(ids, ["7", "8", "9"]);
  const { body } = await ask("/metrics", { headers: { accept: "text/plain" } });
  assert.match(body, /^prestow_aggregator_dropped_results_total 7$/m);
  assert.match(body, /^prestow_pull_attempts_total\{image="nginx",outcome="succeeded"\} 10$/m);
  assert.equal(said.filter((message) => message.startsWith("no room")).length, 1);
});

test("what was acknowledged is there after a restart", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "prestow-aggregator-"));
  t.after(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.jsonl");
  const first = await start(t, { stateFile });
  await first.submit({}, { attemptId: "b" });
  const before = await first.ask("/metrics");
  await first.end();
  const second = await start(t, { stateFile });
  assert.equal((await second.ask("/metrics")).body, before.body);
});

test("results of a stream that never ends are there at once, and a stop does not wait for it", async (t) => {
  const { client, ask, end } = await start(t);
  const { stream, answer } = client.call("/Metrics/Submit");
  const ended = assert.rejects(answer);
  stream.write(encode({}));
  const deadlineMs = performance.now() + 5000;
  while ((await ask("/metrics")).body === "[]") assert.ok(performance.now() < deadlineMs, "nothing arrived");
  const startMs = performance.now();
  await end();
  assert.ok(performance.now() - startMs < 2000);
  await ended;
});

test("a message that is no result ends its own call only; those before it count", async (t) => {
  const { client, submit, ask } = await start(t);
  const bad = [encode({ attemptId: "before" }), Buffer.from([0x0a, 0xff])];
  await assert.rejects(client.send("/Metrics/Submit", bad), { code: 3 });
  // A size above 2^53, which no number of ours can hold.
  const huge = Buffer.from([0x38, ...Array(9).fill(0xff), 0x01]);
  await assert.rejects(client.send("/Metrics/Submit", [huge]), { code: 3 });
  await submit({ attemptId: "after" });
  assert.equal(JSON.parse((await ask("/metrics")).body).length, 2);
});

test("answers HEAD, and refuses other paths and methods", async (t) => {
  const { ask, submit } = await start(t);
  await submit({});
  const head = await ask("/metrics", { method: "HEAD" });
  assert.deepEqual([head.status, head.body, head.headers["content-type"]], [200, "", "application/json"]);
  assert.deepEqual([(await ask("/healthz")).status, (await ask("/healthz")).body], [200, "ok\n"]);
  for (const path of ["/", "/metrics/", "/healthz/x", "/%2e"]) assert.equal((await ask(path)).status, 404);
  const post = await ask("/metrics", { method: "POST" });
  assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD"]);
});

test("with a token both ports ask for it, but not for the health", async (t) => {
  const { ask, client } = await start(t, { token: "s3cret" });
  await assert.rejects(client.send("/Metrics/Submit", [encode({})]), { code: 16 });
  for (const authorization of [undefined, "Bearer wrong", "Basic s3cret", "s3cret"]) {
    const { status } = await ask(
      "/metrics",
      authorization === undefined ? {} : { headers: { authorization } },
    );
    assert.equal(status, 401);
  }
  const authorization = "Bearer s3cret";
  const { stream, answer } = client.call("/Metrics/Submit", { authorization });
  stream.end(encode({}));
  await answer;
  const { status, body } = await ask("/metrics", { headers: { authorization } });
  assert.deepEqual([status, JSON.parse(body).length], [200, 1]);
  assert.equal((await ask("/healthz")).status, 200);
});

test("a client that asks and never reads holds nobody up, nor the stop", async (t) => {
  const { httpPort, submit, ask, end } = await start(t, { maxEntries: 5000 });
  const many = (base: number) =>
    Array.from({ length: 1000 }, (_, i) => ({ attemptId: `${base + i}`, error: "x".repeat(1500) }));
  for (const base of [0, 1000, 2000]) await submit(...many(base));
  const socket = createConnection({ host: "127.0.0.1", port: httpPort });
  socket.on("error", () => {});
  socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(3));
  assert.equal(JSON.parse((await ask("/metrics")).body).length, 3000);
  const startMs = performance.now();
  await end();
  assert.ok(performance.now() - startMs < 2000);
  socket.destroy();
});
