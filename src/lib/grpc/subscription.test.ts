import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { type Channel, createChannel } from "./channel.ts";
import { encodeFrame } from "./frame.ts";
import { GrpcError } from "./status.ts";

let folder = "";
let sockets = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "prestow-grpc-"));
});
after(() => rm(folder, { recursive: true }));

/** A server whose stream `/a.B/Watch` a test serves by hand; every other call it answers with UNIMPLEMENTED. */
async function start(t: TestContext, serve: (stream: ServerHttp2Stream) => void) {
  const path = join(folder, `${++sockets}.sock`);
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  let probes = 0;
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {}).on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":path"] === "/a.B/Watch") {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      serve(stream);
      return;
    }
    if (headers[":path"] === "/a.B/Refuse") {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    probes += 1;
    stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });
  });
  server.listen(path);
  await once(server, "listening");
  const channel = createChannel({ target: { path } });
  t.after(async () => {
    channel.close();
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { channel, sessions, probes: () => probes };
}

function finish(stream: ServerHttp2Stream, status: string): void {
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status, "grpc-message": "why" }));
  stream.end();
}

const request = new Uint8Array();
/** Ends a subscription that nothing else ends, with an error that no test expects. */
const lasting = () => AbortSignal.timeout(30_000);
const ignore = () => {};

test("gives each message as it comes, whole, and resolves when the server ends the stream well", async (t) => {
  const heard: string[] = [];
  let stream: ServerHttp2Stream | undefined;
  const { channel } = await start(t, (opened) => {
    stream = opened;
    const two = Buffer.concat([encodeFrame(Buffer.from("one")), encodeFrame(Buffer.from("two"))]);
    opened.write(two.subarray(0, 11));
    opened.write(two.subarray(11));
  });
  await channel.subscribe("/a.B/Watch", request, {
    signal: lasting(),
    onMessage(message) {
      heard.push(message.toString());
      if (heard.length === 2 && stream !== undefined) finish(stream, "0");
    },
  });
  assert.deepEqual(heard, ["one", "two"]);
});

test("throws the server's status at the end of the stream", async (t) => {
  const { channel } = await start(t, (stream) => finish(stream, "12"));
  const ended = channel.subscribe("/a.B/Watch", request, { signal: lasting(), onMessage: ignore });
  await assert.rejects(ended, { code: "UNIMPLEMENTED", message: "why", fromServer: true });
});

test("says that it is open before the first message", async (t) => {
  const { channel } = await start(t, ignore);
  const stop = new AbortController();
  const ended = channel.subscribe("/a.B/Watch", request, {
    signal: stop.signal,
    onMessage: ignore,
    onOpen: () => stop.abort(new Error("it is open")),
  });
  await assert.rejects(ended, /it is open/);
});

test("tells the server when it is no longer wanted, and leaves the connection", async (t) => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const { channel, sessions } = await start(t, (stream) => stream.once("close", () => resolve()));
  const stop = new AbortController();
  const ended = channel.subscribe("/a.B/Watch", request, {
    signal: stop.signal,
    onMessage: ignore,
    onOpen: () => stop.abort(),
  });
  await assert.rejects(ended, { name: "AbortError" });
  await closed;
  assert.equal(sessions.size, 1);
});

test("ends with what the listener throws", async (t) => {
  const { channel } = await start(t, (stream) => stream.write(encodeFrame(Buffer.from("x"))));
  const ended = channel.subscribe("/a.B/Watch", request, {
    signal: lasting(),
    onMessage() {
      throw new Error("cannot be read");
    },
  });
  await assert.rejects(ended, /cannot be read/);
});

test("refuses a message that is announced as larger than 4 MiB", async (t) => {
  const { channel } = await start(t, (stream) => stream.write(Buffer.from([0, 0xff, 0, 0, 0])));
  const ended = channel.subscribe("/a.B/Watch", request, { signal: lasting(), onMessage: ignore });
  await assert.rejects(ended, { code: "RESOURCE_EXHAUSTED" });
});

test("ends as unavailable when the connection is lost, or the server says that it goes away", async (t) => {
  for (const lose of ["destroy", "goaway"] as const) {
    const { channel, sessions } = await start(t, ignore);
    const ended = channel.subscribe("/a.B/Watch", request, {
      signal: lasting(),
      onMessage: ignore,
      onOpen() {
        for (const session of sessions) session[lose]();
      },
    });
    await assert.rejects(ended, { code: "UNAVAILABLE" }, lose);
  }
});

test("is ended by no probe that the server answers", async (t) => {
  const { channel, probes } = await start(t, (stream) => {
    const timer = setInterval(() => {
      if (probes() < 5) return;
      clearInterval(timer);
      finish(stream, "0");
    }, 5);
  });
  await channel.subscribe("/a.B/Watch", request, { signal: lasting(), onMessage: ignore, probeEveryMs: 5 });
});

test("ends as unavailable on a connection that the channel has left", async (t) => {
  const { channel } = await start(t, ignore);
  const ended = channel.subscribe("/a.B/Watch", request, {
    signal: lasting(),
    onMessage: ignore,
    onOpen: () => void channel.call("/a.B/Refuse", request, { timeoutMs: 5000 }).catch(ignore),
    probeEveryMs: 20,
  });
  await assert.rejects(ended, { code: "UNAVAILABLE" });
});

async function isAnswered(channel: Channel): Promise<boolean> {
  const call = channel.call("/a.B/C", request, { timeoutMs: 30_000 });
  const error: unknown = await call.catch((error: unknown) => error);
  return error instanceof GrpcError && error.fromServer;
}

// Stopping a process is the one way to a server that neither answers nor closes.
const stoppable = `
  const http2 = require("node:http2").createServer();
  http2.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":path"] !== "/a.B/Watch") stream.respond({ "grpc-status": "12" }, { endStream: true });
  });
  http2.listen(process.argv[1], () => process.stdout.write("listening"));
`;

test("ends as unavailable when the server goes silent, before it is open as after", async () => {
  const path = join(folder, `${++sockets}.sock`);
  const server = spawn(process.execPath, ["-e", stoppable, path], { stdio: ["ignore", "pipe", "inherit"] });
  const channel = createChannel({ target: { path } });
  const subscribe = (onOpen: () => void, probeEveryMs: number, probeTimeoutMs: number) => {
    const options = { signal: lasting(), onMessage: ignore, onOpen, probeEveryMs, probeTimeoutMs };
    return channel.subscribe("/a.B/Watch", request, options);
  };
  try {
    await once(server.stdout, "data");
    await assert.rejects(
      subscribe(() => void server.kill("SIGSTOP"), 50, 50),
      { code: "UNAVAILABLE" },
    );
    server.kill("SIGCONT");
    // The first calls may still meet the old connection, whose end takes a turn of the event loop to be heard.
    while (!(await isAnswered(channel))) await new Promise((resolve) => setTimeout(resolve, 10));
    server.kill("SIGSTOP");
    await assert.rejects(subscribe(ignore, 60_000, 50), { code: "UNAVAILABLE" });
    channel.close();
  } finally {
    server.kill("SIGKILL");
  }
});
