import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { isDockerSocket } from "./docker-socket.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "prestow-docker-"));
});
after(() => rm(folder, { recursive: true }));

const bounds = { timeoutMs: 30_000 };

async function listen(t: TestContext, server: Server, name: string): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  const path = join(folder, name);
  server.listen(path);
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}

test("knows Docker by the headers of its answer, whatever its socket is called", async (t) => {
  const server = createHttpServer((_, response) => {
    response.setHeader("Api-Version", "1.47").setHeader("Server", "Docker/27.0.1 (linux)").end("OK");
  });
  assert.equal(await isDockerSocket(await listen(t, server, "runtime.sock"), bounds), true);
});

test("takes no other HTTP server for Docker, no HTTP/2 server, and nothing that is not there", async (t) => {
  const http = createHttpServer((_, response) => response.end("OK"));
  assert.equal(await isDockerSocket(await listen(t, http, "http.sock"), bounds), false);
  assert.equal(await isDockerSocket(await listen(t, createHttp2Server(), "http2.sock"), bounds), false);
  assert.equal(await isDockerSocket(join(folder, "none.sock"), bounds), false);
});

test("gives up a server that says nothing", async (t) => {
  const path = await listen(t, createServer(), "mute.sock");
  assert.equal(await isDockerSocket(path, { timeoutMs: 20 }), false);
});

test("follows a link to Docker's path, whether or not it listens", async () => {
  const path = join(folder, "link.sock");
  await symlink("/run/docker.sock", path);
  assert.equal(await isDockerSocket(path, bounds), true);
});
