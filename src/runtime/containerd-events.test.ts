import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { createChannel } from "../lib/grpc/channel.ts";
import { decodeFrames, encodeFrame } from "../lib/grpc/frame.ts";
import { createContainerdEvents } from "./containerd-events.ts";
import * as events from "./gen/containerd-events.ts";
import type { ImageEvent } from "./image-events.ts";

let folder = "";
let sockets = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "prestow-events-"));
});
after(() => rm(folder, { recursive: true }));

/** Serves the stream of events by hand and every other call with UNIMPLEMENTED, as containerd does. */
async function serve(t: TestContext, path: string, onSubscribe: (stream: ServerHttp2Stream) => void) {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  const requests: events.SubscribeRequest[] = [];
  server.on("session", (session) => {
    sessions.add(session.on("error", () => {}));
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    if (headers[":path"] !== "/containerd.services.events.v1.Events/Subscribe") {
      stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });
      return;
    }
    stream.on("data", (bytes: Buffer) => {
      for (const message of decodeFrames(bytes)) requests.push(events.SubscribeRequest.decode(message));
    });
    stream.on("end", () => onSubscribe(stream));
  });
  server.listen(path);
  await once(server, "listening");
  t.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { requests };
}

/** Runs until `until` holds after one of the handlers or waits; resolves to what happened, in order. */
async function run(
  path: string,
  until: (happened: string[], delaysMs: number[]) => boolean,
  nowMs = () => 0,
) {
  const stop = new AbortController();
  const [happened, delaysMs]: [string[], number[]] = [[], []];
  const check = () => {
    if (until(happened, delaysMs)) stop.abort();
  };
  const note = (what: string) => {
    happened.push(what);
    check();
  };
  const clock = {
    nowMs,
    async sleep(ms: number) {
      delaysMs.push(ms);
      check();
    },
  };
  const channel = createChannel({ target: { path } });
  await createContainerdEvents(channel, { clock, random: () => 1, log: { debug: () => {} } }).run(
    {
      onEvent: ({ type, name }: ImageEvent) => note(`${type} ${name}`),
      onConnected: () => note("connected"),
      onLost: (error) => note(`lost: ${error.name}`),
    },
    stop.signal,
  );
  channel.close();
  return { happened, delaysMs };
}

function envelope(topic: string, name: string): Buffer {
  const value = events.ImageEvent.encode({ name }).finish();
  const message = { topic, event: { typeUrl: "containerd.events.ImageCreate", value } };
  return encodeFrame(events.Envelope.encode(message).finish());
}

const begin = (stream: ServerHttp2Stream) =>
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });

test("asks for the events of images in CRI's namespace only, and tells type and name of each", async (t) => {
  const path = join(folder, `${++sockets}.sock`);
  const { requests } = await serve(t, path, (stream) => {
    begin(stream);
    stream.write(envelope("/images/create", "r.test/a:v1"));
    stream.write(envelope("/images/update", "r.test/a:v2"));
    stream.write(envelope("/images/delete", "sha256:0123"));
  });
  const { happened } = await run(path, (all) => all.length === 4);
  const expected = ["connected", "created r.test/a:v1", "deleted sha256:0123", "updated r.test/a:v2"];
  assert.deepEqual(happened.sort(), expected);
  assert.deepEqual(requests[0]?.filters, [
    'namespace==k8s.io,topic=="/images/create"',
    'namespace==k8s.io,topic=="/images/update"',
    'namespace==k8s.io,topic=="/images/delete"',
  ]);
});

test("passes over what it cannot read, what has no name and other topics", async (t) => {
  const path = join(folder, `${++sockets}.sock`);
  await serve(t, path, (stream) => {
    begin(stream);
    stream.write(encodeFrame(Buffer.from([0x1a, 0xff])));
    stream.write(envelope("/images/create", ""));
    stream.write(envelope("/tasks/start", "x"));
    stream.write(envelope("/images/create", "r.test/a:v1"));
  });
  const { happened } = await run(path, (all) => all.includes("created r.test/a:v1"));
  assert.deepEqual(
    happened.filter((what) => what !== "connected"),
    ["created r.test/a:v1"],
  );
});

test("tells a loss once, tries ever more rarely, and connects again when the runtime is back", async (t) => {
  const path = join(folder, `${++sockets}.sock`);
  const { happened, delaysMs } = await run(path, (_, delays) => delays.length === 9);
  assert.deepEqual(happened, ["lost: RuntimeError"]);
  assert.deepEqual(delaysMs, [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  await serve(t, path, begin);
  assert.deepEqual((await run(path, (all) => all.includes("connected"))).happened, ["connected"]);
});

test("subscribes again after a stream that has ended, at once where it lasted", async (t) => {
  const path = join(folder, `${++sockets}.sock`);
  await serve(t, path, (stream) => {
    begin(stream);
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // The client hears that the stream is open from the answer to another call.
    setTimeout(() => stream.end(), 50);
  });
  let nowMs = 0;
  const later = () => {
    nowMs += 6000;
    return nowMs;
  };
  const { happened, delaysMs } = await run(path, (all) => all.length === 5, later);
  const [connected, lost] = ["connected", "lost: RuntimeError"];
  assert.deepEqual(happened, [connected, lost, connected, lost, connected]);
  assert.deepEqual(delaysMs, [50, 50]);
});

test("rarely asks a runtime that has no such service", async (t) => {
  const path = join(folder, `${++sockets}.sock`);
  await serve(t, path, (stream) => {
    stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true });
  });
  const { delaysMs } = await run(path, (_, delays) => delays.length === 2);
  assert.deepEqual(delaysMs, [60_000, 60_000]);
});
