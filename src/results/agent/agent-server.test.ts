import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BindError, createAgentServer } from "./agent-server.ts";
import type { ProbeAnswer } from "./health.ts";

const address = { host: "127.0.0.1", port: 0 };
const families = () => [{ name: "x", type: "counter", help: "Help.", samples: [{ value: 1 }] } as const];

async function createBench(context: TestContext) {
  const answers: { ready: ProbeAnswer; live: ProbeAnswer } = {
    ready: { ok: false, reason: "starting" },
    live: { ok: true, reason: "fine" },
  };
  const health = { ready: () => answers.ready, live: () => answers.live };
  const server = await createAgentServer({ address, health, families });
  context.after(() => server.stop(0));
  const get = async (path: string, accept = "*/*") => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: { accept, connection: "close" },
    });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text(),
    };
  };
  return { answers, server, get, health };
}

test("answers probes with one line of reason", async (context) => {
  const { answers, get } = await createBench(context);
  assert.deepEqual(await get("/readyz"), {
    status: 503,
    type: "text/plain; charset=utf-8",
    text: "starting\n",
  });
  answers.ready = { ok: true, reason: "1 of 1 images are present" };
  assert.equal((await get("/readyz")).status, 200);
  assert.equal((await get("/livez")).text, "fine\n");
  assert.equal((await get("/else")).status, 404);
});

test("answers metrics in the text that is asked for, Prometheus' where none is", async (context) => {
  const { get } = await createBench(context);
  const plain = await get("/metrics");
  assert.match(plain.type ?? "", /^text\/plain; version=0\.0\.4/);
  assert.equal(plain.text, "# HELP x_total Help.\n# TYPE x_total counter\nx_total 1\n");
  const open = await get("/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
  assert.match(open.type ?? "", /^application\/openmetrics-text/);
  assert.match(open.text, /# EOF\n$/);
});

test("says which flag to change where the port is taken", async (context) => {
  const { server, health } = await createBench(context);
  const taken = { host: "127.0.0.1", port: server.port };
  await assert.rejects(createAgentServer({ address: taken, health, families }), (error: Error) => {
    assert.match(error.message, /^--metrics-bind-address: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    return error instanceof BindError;
  });
});
