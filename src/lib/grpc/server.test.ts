import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { createConnection, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { createForeignClient } from "../../../test/metrics/foreign-client.ts";
import { createSelfSignedCertificate } from "../../../test/registry/certificate.ts";
import { createChannel } from "./channel.ts";
import { encodeFrame } from "./frame.ts";
import { type ServerOptions, startGrpcServer } from "./server.ts";
import type { GrpcHandler } from "./server-call.ts";
import { GrpcError } from "./status.ts";

const join: GrpcHandler = async (messages) => {
  const all: Buffer[] = [];
  for await (const message of messages) all.push(Buffer.from(message));
  return Buffer.concat(all);
};

async function start(t: TestContext, handler: GrpcHandler, options: Partial<ServerOptions> = {}) {
  const methods = new Map([["/Test/Call", handler]]);
  const server = await startGrpcServer({ methods, port: 0, host: "127.0.0.1", ...options });
  const client = createForeignClient(server.port);
  t.after(async () => {
    client.close();
    await server.stop(0);
  });
  return { server, client };
}

/** A stream by hand, for what no client library sends. */
function openRaw(t: TestContext, port: number, headers: Record<string, string> = {}) {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  t.after(() => session.destroy());
  const stream = session.request({
    ":method": "POST",
    ":path": "/Test/Call",
    "content-type": "application/grpc",
    ...headers,
  });
  stream.on("error", () => {});
  return { session, stream };
}

async function headersOf(stream: ReturnType<typeof openRaw>["stream"]): Promise<IncomingHttpHeaders> {
  const [headers] = await once(stream, "response", { signal: AbortSignal.timeout(5000) });
  return headers;
}

test("takes a stream of messages from a foreign client, large ones too, and answers once", async (t) => {
  const { client } = await start(t, join);
  const messages = [Buffer.from("a"), Buffer.alloc(3_000_000, 1), Buffer.alloc(0), Buffer.from("z")];
  assert.deepEqual(await client.send("/Test/Call", messages), Buffer.concat(messages));
  assert.deepEqual(await client.send("/Test/Call", []), Buffer.alloc(0));
});

test("hands over each message as it arrives, on a stream that stays open", async (t) => {
  const { promise: first, resolve } = Promise.withResolvers<string>();
  const { client } = await start(t, async (messages) => {
    for await (const message of messages) resolve(message.toString());
    return new Uint8Array();
  });
  const { stream, answer } = client.call("/Test/Call");
  stream.write(Buffer.from("early"));
  assert.equal(await first, "early");
  stream.end();
  await answer;
});

test("answers a handler that has heard enough, though the client goes on", async (t) => {
  const { client } = await start(t, async (messages) => {
    for await (const _ of messages) break;
    return Buffer.from("enough");
  });
  const { stream, answer } = client.call("/Test/Call");
  stream.on("error", () => {});
  for (let i = 0; i < 100; i += 1) stream.write(Buffer.alloc(10_000));
  assert.equal((await answer).toString(), "enough");
});

const statuses: Record<string, [GrpcHandler, object]> = {
  "a GrpcError is the call's status": [
    async () => {
      throw new GrpcError("NOT_FOUND", "no “such” thing\n");
    },
    { code: 5, details: "no “such” thing\n" },
  ],
  "any other error tells nothing of itself": [
    async () => {
      throw new Error("secret");
    },
    { code: 13, details: "the server failed on this call" },
  ],
  "a message over 4 MiB is refused": [join, { code: 8, details: /larger than 4194304/ }],
};
for (const [name, [handler, expected]] of Object.entries(statuses)) {
  test(`${name}, and the connection lives on`, async (t) => {
    const { client } = await start(t, handler);
    const large = Buffer.alloc(4 * 1024 * 1024 + 1);
    await assert.rejects(client.send("/Test/Call", [large]), expected);
    await assert.rejects(client.send("/Test/Call", [large]), expected);
  });
}

test("an unknown method is unimplemented, and one without leave is not told of methods", async (t) => {
  const { client, server } = await start(t, join, {
    authorize: (headers) => headers.authorization === "Bearer good",
  });
  await assert.rejects(client.send("/Test/Call", []), { code: 16 });
  await assert.rejects(client.send("/Test/None", []), { code: 16 });
  const { stream, answer } = client.call("/Test/None", { authorization: "Bearer good" });
  stream.end();
  await assert.rejects(answer, { code: 12 });
  const channel = createChannel({ target: { host: "127.0.0.1", port: server.port } });
  const sent = channel.call(
    "/Test/Call",
    [Buffer.from("x")],
    { timeoutMs: 5000 },
    { authorization: "Bearer good" },
  );
  assert.deepEqual((await sent).map(String), ["x"]);
  channel.close();
});

test("a message that does not become whole ends its call in time", async (t) => {
  const { server } = await start(t, join, { limits: { messageTimeoutMs: 50 } });
  const { stream } = openRaw(t, server.port);
  stream.write(encodeFrame(Buffer.alloc(100)).subarray(0, 50));
  assert.equal((await headersOf(stream))["grpc-status"], "4");
});

test("a call that does not end is ended", async (t) => {
  const { server } = await start(t, join, { limits: { callTimeoutMs: 50 } });
  const { stream } = openRaw(t, server.port);
  stream.write(encodeFrame(Buffer.alloc(100)));
  assert.equal((await headersOf(stream))["grpc-status"], "4");
});

test("a stream that ends inside a message is refused", async (t) => {
  const { server } = await start(t, join);
  const { stream } = openRaw(t, server.port);
  stream.end(encodeFrame(Buffer.alloc(100)).subarray(0, 50));
  assert.equal((await headersOf(stream))["grpc-status"], "3");
});

test("unfinished messages of many streams are bounded together", async (t) => {
  const { server, client } = await start(t, join, { limits: { maxBufferedBytes: 100_000 } });
  const half = encodeFrame(Buffer.alloc(100_000)).subarray(0, 40_000);
  const streams = Array.from({ length: 8 }, () => openRaw(t, server.port).stream);
  for (const stream of streams) stream.write(half);
  const refused = await Promise.any(streams.map(headersOf));
  assert.equal(refused["grpc-status"], "8");
  assert.equal((await client.send("/Test/Call", [Buffer.from("small")])).toString(), "small");
});

test("what is no gRPC is told so", async (t) => {
  const { server } = await start(t, join);
  const { stream } = openRaw(t, server.port, { "content-type": "application/json" });
  assert.equal((await headersOf(stream))[":status"], 415);
});

test("what is no HTTP/2 loses its connection, and others are served on", async (t) => {
  const { server, client } = await start(t, join);
  const socket = createConnection({ host: "127.0.0.1", port: server.port });
  socket.on("error", () => {});
  socket.write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(socket.resume(), "close", { signal: AbortSignal.timeout(5000) });
  assert.equal((await client.send("/Test/Call", [Buffer.from("x")])).toString(), "x");
});

test("connections without a call are closed after a while, those with one stay", async (t) => {
  const { server } = await start(t, join, { limits: { checkConnectionsEveryMs: 50 } });
  const socket = createConnection({ host: "127.0.0.1", port: server.port });
  const busy = openRaw(t, server.port);
  busy.stream.write(encodeFrame(Buffer.from("still ")));
  await once(socket.resume(), "close", { signal: AbortSignal.timeout(5000) });
  const idle = connect(`http://127.0.0.1:${server.port}`);
  await once(idle, "close", { signal: AbortSignal.timeout(5000) });
  let body = "";
  busy.stream.on("data", (data) => {
    body += data;
  });
  busy.stream.end(encodeFrame(Buffer.from("here")));
  await once(busy.stream, "close", { signal: AbortSignal.timeout(5000) });
  assert.match(body, /still here/);
});

test("connections and calls beyond the bounds are refused", async (t) => {
  const { server } = await start(t, join, { limits: { maxConnections: 2, maxCalls: 1 } });
  const first = openRaw(t, server.port);
  first.stream.write(encodeFrame(Buffer.from("a")));
  await once(first.session, "remoteSettings");
  const second = openRaw(t, server.port);
  await assert.rejects(headersOf(second.stream), /NGHTTP2_REFUSED_STREAM/);
  const third = openRaw(t, server.port);
  await once(third.session, "close", { signal: AbortSignal.timeout(5000) });
});

test("stops within its grace although a client holds a stream open", async (t) => {
  const { server, client } = await start(t, join);
  const { stream, answer } = client.call("/Test/Call");
  stream.write(Buffer.from("x"));
  const rejected = assert.rejects(answer);
  const running = client.send("/Test/Call", [Buffer.from("y")]);
  assert.equal((await running).toString(), "y");
  const startMs = performance.now();
  await server.stop(100);
  assert.ok(performance.now() - startMs < 2000);
  await rejected;
});

/** Clients that have been accepted, but do not get as far as a session. */
const halfway: Record<string, (port: number) => Socket> = {
  "says nothing": (port) => createConnection({ host: "127.0.0.1", port }),
  "speaks TLS, but no HTTP/2": (port) => connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false }),
};
for (const [name, open] of Object.entries(halfway)) {
  test(`over TLS, too, stops within its grace although a client ${name}`, async (t) => {
    const { key, cert } = await createSelfSignedCertificate();
    const tls = { key: Buffer.from(key), cert: Buffer.from(cert) };
    const { server } = await start(t, join, { tls });
    const socket = open(server.port).on("error", () => {});
    t.after(() => socket.destroy());
    await once(socket, "connect");
    // Connections are accepted in their order: once this one is served, the other one has been accepted.
    const channel = createChannel({
      target: { host: "127.0.0.1", port: server.port, tls: { ca: tls.cert } },
    });
    await channel.call("/Test/Call", Buffer.from("x"), { timeoutMs: 5000 });
    channel.close();
    const startMs = performance.now();
    await server.stop(100);
    assert.ok(performance.now() - startMs < 2000);
  });
}

test("speaks TLS with our channel, which refuses a certificate that it cannot prove", async (t) => {
  const { key, cert } = await createSelfSignedCertificate();
  const tls = { key: Buffer.from(key), cert: Buffer.from(cert) };
  const { server } = await start(t, join, { tls });
  const call = async (ca: Buffer | undefined) => {
    const channel = createChannel({ target: { host: "127.0.0.1", port: server.port, tls: { ca } } });
    try {
      return await channel.call("/Test/Call", Buffer.from("hello"), { timeoutMs: 5000 });
    } finally {
      channel.close();
    }
  };
  assert.deepEqual((await call(tls.cert)).map(String), ["hello"]);
  await assert.rejects(call(undefined), { code: "UNAVAILABLE", message: /self-signed/ });
});
