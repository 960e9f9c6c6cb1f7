import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { createLogger } from "../lib/log.ts";
import { createAgentRuntime } from "./agent-runtime.ts";

const output = { write: () => {}, terminal: undefined };
const { signal } = new AbortController();
const context = { env: {}, stdout: output, stderr: output, signal, clock: systemClock, random: () => 0 };
const log = createLogger({ level: "error", format: "json", clock: systemClock, write() {} });

test("what answers as Docker does is no runtime that one could wait for", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "prestow-docker-"));
  const path = join(folder, "any.sock");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nServer: Docker\r\n\r\nOK"));
  }).listen(path);
  await once(server, "listening");
  const node = await createAgentRuntime({ target: { path }, text: path, flag: "CONN_TARGET" }, context, log);
  t.after(() => {
    node.close();
    server.close();
    rmSync(folder, { recursive: true });
  });
  await assert.rejects(
    node.connect(AbortSignal.timeout(30_000)),
    (error) => error instanceof ConfigError && /^CONN_TARGET: .*cri-dockerd\.sock/.test(error.message),
  );
});

test("a stop ends the wait for a runtime", async () => {
  const stop = new AbortController();
  const path = "/nonexistent/cri.sock";
  const node = await createAgentRuntime({ target: { path }, text: path, flag: "--cri-socket" }, context, log);
  const waiting = node.connect(stop.signal);
  stop.abort(new Error("stopped"));
  await assert.rejects(waiting, /stopped/);
  node.close();
});

test("only containerd has events, downloads and pins, and pins only where they count", async () => {
  const path = "/nonexistent/cri.sock";
  const node = await createAgentRuntime({ target: { path }, text: path, flag: "--cri-socket" }, context, log);
  const has = (name: string, version: string) => {
    const { events, downloads, pins } = node.extras({ name, version }, "/nonexistent");
    return [events, downloads, pins].map((extra) => extra !== undefined);
  };
  assert.deepEqual(has("containerd", "2.4.2"), [true, true, true]);
  assert.deepEqual(has("containerd", "1.6.20"), [true, true, false]);
  assert.deepEqual(has("cri-o", "1.36.0"), [false, false, false]);
  node.close();
});
