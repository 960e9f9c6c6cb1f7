import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import {
  constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { maxMessageBytes } from "./call.ts";
import { type Channel, createChannel } from "./channel.ts";
import { decodeFrames, encodeFrame } from "./frame.ts";
import { GrpcError } from "./status.ts";

type Answer = (stream: ServerHttp2Stream, message: Buffer, headers: IncomingHttpHeaders) => void;

let folder = "";
let sockets = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "prestow-grpc-"));
});
after(() => rm(folder, { recursive: true }));

const newSocket = () => join(folder, `${++sockets}.sock`);
const call = { timeoutMs: 5000 };

/** A gRPC server on a real socket whose answers a test gives by hand. */
async function startServer(socketPath: string, answer: Answer) {
  const sessions = new Set<ServerHttp2Session>();
  const server = createHttp2Server();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => {});
  });
  server.on("stream", (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () =>
      answer(stream, decodeFrames(Buffer.concat(chunks))[0] ?? Buffer.alloc(0), headers),
    );
  });
  server.listen(socketPath);
  await once(server, "listening");
  return {
    sessions,
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(stream: ServerHttp2Stream, message: Uint8Array, status = "0", text = ""): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status, "grpc-message": text }));
  stream.end(encodeFrame(message));
}

const echo = (stream: ServerHttp2Stream, message: Buffer) => reply(stream, message);

test("sends a message with its metadata and deadline, and gets the answer", async () => {
  const socketPath = newSocket();
  let seen: IncomingHttpHeaders = {};
  const server = await startServer(socketPath, (stream, message, headers) => {
    seen = headers;
    reply(stream, message);
  });
  const channel = createChannel({ target: { path: socketPath } });
  const answers = await channel.call("/a.B/C", Buffer.from("hello"), call, { "x-note": "1" });
  assert.deepEqual(answers.map(String), ["hello"]);
  assert.deepEqual([seen[":path"], seen["x-note"], seen["te"]], ["/a.B/C", "1", "trailers"]);
  assert.match(seen["grpc-timeout"]?.toString() ?? "", /^(?:5000|4\d{3})m$/);
  channel.close();
  await server.close();
});

test("throws the server's status, also one without a body", async () => {
  const socketPath = newSocket();
  const server = await startServer(socketPath, (stream) => {
    const headers = { ":status": 200, "grpc-status": "5", "grpc-message": "no%20such" };
    stream.respond(headers, { endStream: true });
  });
  const channel = createChannel({ target: { path: socketPath } });
  const expected = { code: "NOT_FOUND", message: "no such", fromServer: true };
  await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), call), expected);
  channel.close();
  await server.close();
});

test("takes a message of 15 MiB and refuses one over 16", async () => {
  const socketPath = newSocket();
  let sizeBytes = 15 * 1024 * 1024;
  const server = await startServer(socketPath, (stream) => reply(stream, Buffer.alloc(sizeBytes)));
  const channel = createChannel({ target: { path: socketPath } });
  const [answer] = await channel.call("/a.B/C", Buffer.alloc(0), call);
  assert.equal(answer?.length, sizeBytes);
  sizeBytes = maxMessageBytes;
  await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), call), { code: "RESOURCE_EXHAUSTED" });
  channel.close();
  await server.close();
});

test("ends a call that is not answered at its deadline, and the connection lives on", async () => {
  const socketPath = newSocket();
  let silent = true;
  const server = await startServer(socketPath, (stream, message) => {
    if (!silent) echo(stream, message);
  });
  const channel = createChannel({ target: { path: socketPath } });
  const late = channel.call("/a.B/C", Buffer.alloc(0), { timeoutMs: 50 });
  await assert.rejects(late, { code: "DEADLINE_EXCEEDED", fromServer: false });
  silent = false;
  await channel.call("/a.B/C", Buffer.alloc(0), call);
  assert.equal(server.sessions.size, 1);
  channel.close();
  await server.close();
});

test("ends a call with the signal's reason, and tells the server", async () => {
  const socketPath = newSocket();
  const { promise: cancelled, resolve: noteCancelled } = Promise.withResolvers<void>();
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
  const server = await startServer(socketPath, (stream) => {
    stream.on("close", noteCancelled);
    noteAsked();
  });
  const channel = createChannel({ target: { path: socketPath } });
  const stop = new AbortController();
  const pending = channel.call("/a.B/C", Buffer.alloc(0), { ...call, signal: stop.signal });
  const rejected = assert.rejects(pending, /changed my mind/);
  await asked;
  stop.abort(new Error("changed my mind"));
  await rejected;
  await cancelled;
  channel.close();
  await server.close();
});

test("tells a call that the server gave up from a connection that was lost", async () => {
  const socketPath = newSocket();
  const server = await startServer(socketPath, (stream) => stream.close(constants.NGHTTP2_CANCEL));
  const channel = createChannel({ target: { path: socketPath } });
  await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), call), { code: "CANCELLED" });
  channel.close();
  await server.close();
});

test("says what the system said of a socket that is not there", async () => {
  const channel = createChannel({ target: { path: newSocket() } });
  const expected = { code: "UNAVAILABLE", fromServer: false, message: /ENOENT/ };
  await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), call), expected);
});

test("ends every call of a connection that closes, and connects anew for the next", async () => {
  const socketPath = newSocket();
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
  const first = await startServer(socketPath, () => noteAsked());
  const channel = createChannel({ target: { path: socketPath } });
  const pending = channel.call("/a.B/C", Buffer.alloc(0), call);
  const rejected = assert.rejects(pending, { code: "UNAVAILABLE", fromServer: false });
  await asked;
  await first.close();
  await rejected;
  const second = await startServer(socketPath, echo);
  await channel.call("/a.B/C", Buffer.alloc(0), call);
  channel.close();
  await second.close();
});

/** The connection's end may be seen only by the call that meets it; the one after that must succeed. */
async function callAgain(channel: Channel): Promise<void> {
  try {
    await channel.call("/a.B/C", Buffer.alloc(0), call);
  } catch (error) {
    assert.ok(error instanceof GrpcError && error.code === "UNAVAILABLE", String(error));
    await channel.call("/a.B/C", Buffer.alloc(0), call);
  }
}

test("survives a hundred restarts of the server", async () => {
  const socketPath = newSocket();
  const channel = createChannel({ target: { path: socketPath } });
  for (let round = 0; round < 100; round += 1) {
    const server = await startServer(socketPath, echo);
    try {
      await callAgain(channel);
    } finally {
      await server.close();
    }
  }
  channel.close();
});

test("leaves a server that accepts but does not speak, and reaches the one that comes after it", async () => {
  const socketPath = newSocket();
  const held: Socket[] = [];
  const mute = createServer((socket) => held.push(socket)).listen(socketPath);
  await once(mute, "listening");
  const channel = createChannel({ target: { path: socketPath }, connectTimeoutMs: 100 });
  await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), call), { code: "UNAVAILABLE" });
  for (const socket of held) socket.destroy();
  await new Promise((resolve) => mute.close(resolve));
  const server = await startServer(socketPath, echo);
  await channel.call("/a.B/C", Buffer.alloc(0), call);
  channel.close();
  await server.close();
});

// Stopping a process is the one way to a server that neither answers nor closes.
const stoppable = `
  const http2 = require("node:http2").createServer();
  http2.on("stream", (stream) => stream.on("error", () => {}));
  http2.listen(process.argv[1], () => process.stdout.write("listening"));
`;

test("gives up a connection whose server went silent, and its calls with it", async () => {
  const socketPath = newSocket();
  const server = spawn(process.execPath, ["-e", stoppable, socketPath], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(server.stdout, "data");
    const channel = createChannel({ target: { path: socketPath }, probeTimeoutMs: 100 });
    const short = { timeoutMs: 50 };
    await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), short), { code: "DEADLINE_EXCEEDED" });
    const lost = assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), { timeoutMs: 60_000 }), {
      code: "UNAVAILABLE",
    });
    server.kill("SIGSTOP");
    await assert.rejects(channel.call("/a.B/C", Buffer.alloc(0), short), { code: "DEADLINE_EXCEEDED" });
    await lost;
    channel.close();
  } finally {
    server.kill("SIGKILL");
  }
});
