import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.ts";
import { createLogger } from "../lib/log.ts";
import { fetchCommand } from "./fetch-options.ts";
import { createReporters } from "./fetch-reporters.ts";
import { parseArguments } from "./parse-arguments.ts";

function setup(env: Readonly<Record<string, string>>, ...flags: string[]) {
  const parsed = parseArguments(fetchCommand.options, flags);
  assert.ok(!parsed.help);
  const stop = new AbortController();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "info", format: "json", clock: systemClock, write });
  const output = { write: () => {}, terminal: undefined };
  const process = { env, stdout: output, stderr: output, signal: stop.signal };
  const reporters = createReporters(
    parsed.options,
    { ...process, clock: systemClock, random: Math.random },
    log,
  );
  const messages = () => lines.map((line) => JSON.parse(line)).map(({ level, msg }) => `${level}: ${msg}`);
  return { reporters, stop, messages };
}

/** The port of an aggregator that takes connections and never says a word. */
async function listenSilently(t: TestContext): Promise<{ port: number; reached: Promise<unknown> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { port: address.port, reached: once(server, "connection") };
}

for (const env of [{}, { NODE_NAME: "" }]) {
  test(`with ${JSON.stringify(env)} there is no node to label, and that is said once`, async () => {
    const { reporters, messages } = setup(env);
    const { begin, end, close } = await reporters;
    await begin();
    await end("succeeded");
    close();
    assert.deepEqual(messages(), ["info: no node label: NODE_NAME is not set"]);
  });
}

test("outside of a cluster there is no node to label, whatever NODE_NAME says", async () => {
  const { reporters, messages } = setup({ NODE_NAME: "n" });
  const { end, close } = await reporters;
  await end("failed");
  close();
  assert.deepEqual(messages(), ["info: no node label: this is no pod of a cluster"]);
});

test("a stop ends the wait for the aggregator within a second, be it in its midst or before it", async (t) => {
  for (const stopsBefore of [true, false]) {
    const { port, reached } = await listenSilently(t);
    const { reporters, stop, messages } = setup({}, `--metrics-endpoint=127.0.0.1:${port}`);
    const { observe, end } = await reporters;
    observe({ type: "pulled", image: "a", attempt: 1, sizeBytes: 1, startedAtMs: 0, durationMs: 1 });
    if (stopsBefore) stop.abort(new Error("SIGTERM"));
    const ended = end(stopsBefore ? "stopped" : "succeeded");
    await reached;
    const startMs = performance.now();
    stop.abort(new Error("SIGTERM"));
    await ended;
    assert.ok(performance.now() - startMs < 1500);
    assert.equal(messages().at(-1), "warn: results could not be submitted");
  }
});

test("a token file without a single token is a ConfigError of its flag", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "prestow-reporters-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "token");
  await writeFile(path, "one\ntwo\n");
  const { reporters } = setup({}, "--metrics-endpoint=a:1", `--metrics-token-file=${path}`);
  await assert.rejects(reporters, {
    name: "ConfigError",
    message: /^--metrics-token-file: .*no single token/,
  });
});
