import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { type PrestowRun, prestowCommand, runPrestow, startPrestow } from "./prestow.ts";
import { waitFor } from "./wait-for.ts";

const timeoutMs = 600;

describe("a runtime that cannot be reached", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "prestow-f-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const fetch = (socket: string) =>
    ["fetch", `--cri-socket=${socket}`, `--runtime-timeout=${timeoutMs}ms`, "example.com/app:v1"] as const;

  function assertUnreachable(run: PrestowRun, socket: string) {
    assert.equal(run.code, 3);
    assert.equal(run.stdout, "");
    assert.ok(run.durationMs < timeoutMs + 1500, `${run.durationMs} ms`);
    assert.ok(run.stderr.includes(`--cri-socket: no container runtime answered at ${socket}`), run.stderr);
    assert.match(run.stderr, /within 600ms/);
    assert.match(run.stderr, /name the right socket \((?:usual|found here): \//);
    assert.equal(run.stderr.match(/^prestow: /gm)?.length, 1, run.stderr);
  }

  test("as its socket is missing ends the run in time with exit status 3", async () => {
    const socket = join(folder, "missing.sock");
    assertUnreachable(await runPrestow(fetch(socket)), socket);
  });

  test("as nobody listens on its socket ends the run in time with exit status 3", async () => {
    const socket = join(folder, "refused.sock");
    // A process that dies leaves the file of its socket behind.
    const script =
      'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9))';
    const dying = spawn(process.execPath, ["-e", script, socket], { stdio: "ignore" });
    await once(dying, "exit");
    assertUnreachable(await runPrestow(fetch(socket)), socket);
  });

  test("as it takes connections and is silent ends the run in time with exit status 3", async (t) => {
    const silent = await listen(join(folder, "silent.sock"), t);
    assertUnreachable(await runPrestow(fetch(silent.socket)), silent.socket);
  });

  test("as the socket is no socket ends the run in time with exit status 3", async () => {
    const [file = ""] = prestowCommand([]);
    assertUnreachable(await runPrestow(fetch(file)), file);
  });

  test("is waited for no longer once SIGTERM comes", async (t) => {
    const silent = await listen(join(folder, "stop.sock"), t);
    const running = startPrestow(["fetch", `--cri-socket=${silent.socket}`, "example.com/app:v1"]);
    await waitFor("it connects", () => silent.connections() > 0);
    const stoppedMs = performance.now();
    running.kill("SIGTERM");
    assert.equal((await running.ended).code, 143);
    assert.ok(performance.now() - stoppedMs < 2000);
  });
});

interface Silent {
  readonly socket: string;
  connections(): number;
}

/** A server that takes connections and never says a word. */
async function listen(socket: string, t: TestContext): Promise<Silent> {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection.on("error", () => {}).on("data", () => {}));
  });
  server.listen(socket);
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const connection of connections) connection.destroy();
  });
  return { socket, connections: () => connections.size };
}
