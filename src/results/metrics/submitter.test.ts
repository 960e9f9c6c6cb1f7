import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { type ForeignAggregator, startForeignAggregator } from "../../../test/metrics/foreign-aggregator.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLogger } from "../../lib/log.ts";
import type { PullEvent } from "../pull-events.ts";
import { createSubmitter, type SubmitterOptions } from "./submitter.ts";

const pulled: PullEvent = {
  type: "pulled",
  image: "docker.io/library/nginx:1",
  attempt: 1,
  sizeBytes: 7,
  startedAtMs: 1_700_000_000_000,
  durationMs: 5,
};

function create(port: number, options: Partial<SubmitterOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "debug", format: "json", clock: systemClock, write });
  const submitter = createSubmitter({
    endpoint: `127.0.0.1:${port}`,
    node: "node-1",
    clock: systemClock,
    random: Math.random,
    log,
    ...options,
  });
  const all = () => lines.map((line) => JSON.parse(line));
  const said = () => all().filter(({ level }) => level !== "debug");
  const failures = () => all().filter(({ msg }) => msg === "results not submitted").length;
  return { submitter, said, failures };
}

async function startAggregator(t: TestContext, ...rest: Parameters<typeof startForeignAggregator>) {
  const aggregator = await startForeignAggregator(...rest);
  t.after(() => aggregator.close());
  return aggregator;
}

async function listen(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.add(socket);
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 5000;
  while (!condition()) {
    assert.ok(performance.now() < deadlineMs, "it did not come within 5 s");
    await systemClock.sleep(10);
  }
}

function idsOf({ received }: ForeignAggregator): Set<string> {
  return new Set(received.map(({ attemptId }) => attemptId));
}

test("a foreign server gets every attempt once, while the fetch goes on and at its end", async (t) => {
  const aggregator = await startAggregator(t);
  const { submitter, said } = create(aggregator.port);
  submitter.observe(pulled);
  await until(() => aggregator.received.length > 0);
  for (let i = 1; i < 200; i += 1) submitter.observe(pulled);
  submitter.observe({ type: "total", downloadedBytes: 1 });
  await submitter.drain(10_000);
  assert.equal(aggregator.received.length, 200);
  assert.equal(idsOf(aggregator).size, 200);
  const { attemptId: _, ...rest } = aggregator.received[0] ?? assert.fail();
  assert.deepEqual(rest, {
    startedAt: 1_700_000_000,
    image: "docker.io/library/nginx:1",
    error: "",
    durationMs: 5,
    node: "node-1",
    sizeBytes: 7,
  });
  assert.deepEqual(said(), []);
});

test("a server that fails at first gets all in the end, in order and under the same ids", async (t) => {
  let failures = 0;
  const aggregator = await startAggregator(t, (_call, callback) => {
    failures += 1;
    if (failures > 2) return false;
    callback({ code: status.UNAVAILABLE, details: "not yet" });
    return true;
  });
  const { submitter, said } = create(aggregator.port);
  for (let i = 0; i < 120; i += 1) submitter.observe({ ...pulled, sizeBytes: i });
  await submitter.drain(10_000);
  assert.deepEqual(
    aggregator.received.map(({ sizeBytes }) => sizeBytes),
    Array.from({ length: 120 }, (_, index) => index),
  );
  assert.equal(idsOf(aggregator).size, 120);
  assert.deepEqual(said(), []);
});

test("what a server that died in mid-stream may have heard is sent again under the same id", async (t) => {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const aggregator = await startAggregator(t, (call) => {
    if (heard.length > 0) return false;
    call.once("data", (result: { attemptId: string }) => {
      heard.push(result.attemptId);
      for (const socket of sockets) socket.destroy();
    });
    return true;
  });
  const port = await listen(t, (socket) => {
    sockets.push(socket);
    const upstream = createConnection({ host: "127.0.0.1", port: aggregator.port });
    upstream.on("error", () => {});
    socket.once("close", () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  const { submitter } = create(port);
  for (let i = 0; i < 10; i += 1) submitter.observe(pulled);
  await submitter.drain(10_000);
  assert.equal(aggregator.received.length, 10);
  assert.equal(heard[0], aggregator.received[0]?.attemptId);
});

const lost: Record<string, (t: TestContext) => Promise<number>> = {
  "refuses connections": async () => {
    const aggregator = await startForeignAggregator();
    aggregator.close();
    return aggregator.port;
  },
  "accepts and says nothing": (t) => listen(t, () => {}),
  "cuts every connection": (t) => listen(t, (socket) => socket.destroy()),
  "talks nonsense": (t) => listen(t, (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
  "takes the stream and never answers": async (t) =>
    (await startAggregator(t, (call) => call.resume() === call)).port,
};
for (const [name, start] of Object.entries(lost)) {
  test(`with a server that ${name}, the end comes in time and the loss is said once`, async (t) => {
    const { submitter, said } = create(await start(t));
    for (let i = 0; i < 3; i += 1) submitter.observe(pulled);
    const startMs = performance.now();
    await submitter.drain(300);
    assert.ok(performance.now() - startMs < 1000);
    const warnings = said();
    assert.equal(warnings.length, 1);
    assert.deepEqual([warnings[0].level, warnings[0].results], ["warn", 3]);
    assert.equal(typeof warnings[0].error, "string");
  });
}

const costs: Record<string, number> = {
  "refuses connections": 8000,
  "talks nonsense": 1000,
  "accepts and says nothing": 2000,
  "cuts every connection": 4000,
};
// Side by side, because each of them waits.
describe("a long drain", { concurrency: true }, () => {
  for (const [name, costMs] of Object.entries(costs)) {
    test(`a server that ${name} costs the fetch ${costMs} ms of a long drain`, async (t) => {
      const { submitter, said } = create((await lost[name]?.(t)) ?? assert.fail());
      submitter.observe(pulled);
      const startMs = performance.now();
      await submitter.drain(10_000);
      assert.ok(performance.now() - startMs < costMs + 1500);
      assert.equal(said()[0].results, 1);
    });
  }
});

test("a server that was silent before the end costs a second of a long drain", async (t) => {
  const { submitter, said, failures } = create(await listen(t, () => {}), { callTimeoutMs: 200 });
  submitter.observe(pulled);
  await until(() => failures() > 0);
  const startMs = performance.now();
  await submitter.drain(10_000);
  assert.ok(performance.now() - startMs < 1500);
  assert.equal(said()[0].results, 1);
});

test("a server that refuses for good costs a second of a long drain", async (t) => {
  const aggregator = await startAggregator(t, (_call, callback) => {
    callback({ code: status.UNAUTHENTICATED, details: "a valid token is needed" });
    return true;
  });
  const { submitter, said } = create(aggregator.port);
  submitter.observe(pulled);
  const startMs = performance.now();
  await submitter.drain(10_000);
  assert.ok(performance.now() - startMs < 2000);
  assert.match(said()[0].error, /a valid token is needed/);
});

test("a server that takes its time to answer is waited for", async (t) => {
  const aggregator = await startAggregator(t, (call, callback) => {
    call.on("data", (result) => aggregator.received.push(result));
    call.once("end", () => setTimeout(callback, 1500, null, Buffer.alloc(0)));
    return true;
  });
  const { submitter, said } = create(aggregator.port);
  submitter.observe(pulled);
  await submitter.drain(10_000);
  assert.equal(aggregator.received.length, 1);
  assert.deepEqual(said(), []);
});

test("a stop ends a drain within a second, although a call is under way", async (t) => {
  const { promise: called, resolve } = Promise.withResolvers<void>();
  const aggregator = await startAggregator(t, (call) => {
    call.resume();
    resolve();
    return true;
  });
  const { submitter, said } = create(aggregator.port);
  submitter.observe(pulled);
  const stop = new AbortController();
  const drained = submitter.drain(10_000, stop.signal);
  await called;
  const startMs = performance.now();
  stop.abort(new Error("SIGTERM"));
  await drained;
  assert.ok(performance.now() - startMs < 1500);
  assert.equal(said()[0].results, 1);
});

test("at its end it leaves a connection that it waits for", async (t) => {
  const { promise: left, resolve: noteLeft } = Promise.withResolvers<void>();
  const port = await listen(t, (socket) => socket.resume().once("close", noteLeft));
  const { submitter } = create(port);
  submitter.observe(pulled);
  await submitter.drain(300);
  const deadline = new AbortController();
  const late = systemClock.sleep(1000, deadline.signal).then(
    () => assert.fail("it would keep the process alive"),
    () => {},
  );
  await Promise.race([left, late]);
  deadline.abort();
});

test("the queue is bounded: the oldest results go and are among the losses", async (t) => {
  const { submitter, said } = create(await listen(t, () => {}), { maxQueued: 100 });
  for (let i = 0; i < 10_000; i += 1) submitter.observe(pulled);
  await submitter.drain(100);
  assert.equal(said()[0].results, 10_000);
});

test("sends its token where it has one", async (t) => {
  const tokens: unknown[] = [];
  const aggregator = await startAggregator(t, (call) => {
    tokens.push(...call.metadata.get("authorization"));
    return false;
  });
  const { submitter } = create(aggregator.port, { token: "s3cret" });
  submitter.observe(pulled);
  await submitter.drain(5000);
  assert.deepEqual(tokens, ["Bearer s3cret"]);
});

test("has nothing to wait for where nothing happened, and takes nothing after its end", async () => {
  const { submitter, said } = create(1);
  const startMs = performance.now();
  await submitter.drain(10_000);
  submitter.observe(pulled);
  await submitter.drain(10_000);
  assert.ok(performance.now() - startMs < 1000);
  assert.deepEqual(said(), []);
});

test("an endpoint that is none is refused at the start", () => {
  assert.throws(() => create(1, { endpoint: "nowhere" }), { name: "ConfigError" });
});
