import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../src/lib/clock.ts";
import { createLogger } from "../../src/lib/log.ts";
import { createNodeLabel, type LabelTiming } from "../../src/results/node-label.ts";
import { type Bench, createBench, nodeName } from "./bench.ts";
import type { ApiFault } from "./fault.ts";

const prefix = "image-prefetcher.stackrox.io";
const timing: LabelTiming = {
  clearWaitMs: 1000,
  attemptTimeoutMs: 400,
  initialDelayMs: 20,
  maxDelayMs: 100,
  stopGraceMs: 300,
};

function createSubject(context: TestContext, { client }: Bench, instance?: string, timeoutMs = 10_000) {
  const stop = new AbortController();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "debug", format: "json", clock: systemClock, write });
  const options = { client, nodeName, instance, timeoutMs, stop: stop.signal, log, timing };
  const label = createNodeLabel({ ...options, clock: systemClock, random: Math.random });
  context.after(() => label.close());
  return { label, stop, lines };
}

async function until(condition: () => boolean): Promise<void> {
  const endMs = performance.now() + 5000;
  while (!condition()) {
    assert.ok(performance.now() < endMs, "the condition was not met within 5 s");
    await systemClock.sleep(5);
  }
}

test("takes a stale label away, writes the new one and touches no other", async (context) => {
  const bench = await createBench(context);
  const labels = bench.server.nodes.get(nodeName) ?? {};
  labels[`${prefix}/mine`] = "succeeded";
  labels[`${prefix}/other`] = "succeeded";
  const { label } = createSubject(context, bench, "mine");
  await label.clear();
  assert.deepEqual(Object.keys(labels), ["kubernetes.io/hostname", `${prefix}/other`]);
  assert.equal(await label.write("failed"), true);
  assert.equal(labels[`${prefix}/mine`], "failed");
  assert.equal(labels[`${prefix}/other`], "succeeded");
  const [request] = bench.server.requests();
  assert.equal(request?.headers["content-type"], "application/strategic-merge-patch+json");
  assert.deepEqual(request?.body, { metadata: { labels: { [`${prefix}/mine`]: null } } });
});

test("several instances at once keep to their own labels", async (context) => {
  const bench = await createBench(context);
  const instances = ["a", "b", "c"];
  const values = await Promise.all(
    instances.map(async (instance) => {
      const { label } = createSubject(context, bench, instance);
      await label.clear();
      return await label.write(instance === "b" ? "failed" : "succeeded");
    }),
  );
  assert.deepEqual(values, [true, true, true]);
  const labels = bench.server.nodes.get(nodeName);
  assert.deepEqual(
    instances.map((instance) => labels?.[`${prefix}/${instance}`]),
    ["succeeded", "failed", "succeeded"],
  );
});

const passing: Record<string, ApiFault> = {
  "a 401": { kind: "status", status: 401 },
  "a conflict": { kind: "status", status: 409 },
  "a 429 with Retry-After": { kind: "status", status: 429, headers: { "retry-after": "0" } },
  "a 500": { kind: "status", status: 500 },
  "a 503": { kind: "status", status: 503 },
  "an attempt that hangs": { kind: "hang" },
  "an answer that hangs": { kind: "hang-body" },
  "a reset": { kind: "reset" },
  "a page that is no JSON": { kind: "status", status: 200, body: "<html>" },
};
for (const [name, fault] of Object.entries(passing)) {
  test(`writes the label after ${name}, twice`, async (context) => {
    const bench = await createBench(context);
    bench.server.fault(fault, 2);
    const { label } = createSubject(context, bench);
    assert.equal(await label.write("succeeded"), true);
    assert.equal(bench.server.nodes.get(nodeName)?.[`${prefix}/prefetcher`], "succeeded");
    assert.equal(bench.server.requests().length, 3);
  });
}

test("waits as long as the server asks", async (context) => {
  const bench = await createBench(context);
  bench.server.fault({ kind: "status", status: 429, headers: { "retry-after": "1" } }, 1);
  const { label } = createSubject(context, bench);
  const startMs = performance.now();
  assert.equal(await label.write("succeeded"), true);
  assert.ok(performance.now() - startMs >= 1000);
});

test("writes with the new token after the old one has expired", async (context) => {
  const bench = await createBench(context);
  const { label } = createSubject(context, bench);
  await label.clear();
  bench.server.tokens.clear();
  bench.server.tokens.add("second-token");
  const written = label.write("succeeded");
  await until(() => bench.server.requests().length >= 3);
  await bench.account.rotate("second-token");
  assert.equal(await written, true);
});

test("writes the label when an API server that was down is back", async (context) => {
  const bench = await createBench(context);
  await bench.server.stop();
  const { label, lines } = createSubject(context, bench);
  await label.clear();
  assert.ok(lines.some((line) => line.includes("not taken away yet")));
  const written = label.write("succeeded");
  await until(() => lines.filter((line) => line.includes('"value":"succeeded"')).length >= 3);
  await bench.server.start();
  assert.equal(await written, true);
  assert.equal(bench.server.nodes.get(nodeName)?.[`${prefix}/prefetcher`], "succeeded");
});

test("does not hold the pulls up longer than its bound, and clears behind them", async (context) => {
  const bench = await createBench(context);
  const labels = bench.server.nodes.get(nodeName) ?? {};
  labels[`${prefix}/prefetcher`] = "succeeded";
  const mend = bench.server.fault({ kind: "hang" });
  const { label } = createSubject(context, bench);
  const startMs = performance.now();
  await label.clear();
  assert.ok(performance.now() - startMs < timing.clearWaitMs + 1000);
  mend();
  await until(() => labels[`${prefix}/prefetcher`] === undefined);
});

for (const kind of ["hang", "reset"] as const) {
  test(`gives up by the label timeout: ${kind}`, async (context) => {
    const bench = await createBench(context);
    bench.server.fault({ kind });
    const { label, lines } = createSubject(context, bench, "mine", 700);
    const startMs = performance.now();
    assert.equal(await label.write("succeeded"), false);
    const durationMs = performance.now() - startMs;
    assert.ok(durationMs < 1200, `${durationMs} ms`);
    assert.match(lines.at(-1) ?? "", /"level":"error","msg":"node label not written"/);
  });
}

test("ends soon after a stop though the server hangs, and has written nothing", async (context) => {
  const bench = await createBench(context);
  bench.server.fault({ kind: "hang" });
  const { label, stop } = createSubject(context, bench);
  const written = label.write("failed");
  await until(() => bench.server.requests().length > 0);
  const startMs = performance.now();
  stop.abort(new Error("SIGTERM"));
  assert.equal(await written, false);
  assert.ok(performance.now() - startMs < timing.stopGraceMs + 500);
  assert.equal(bench.server.nodes.get(nodeName)?.[`${prefix}/prefetcher`], undefined);
});

test("a refusal shows the server's reason and the missing rule, and no token", async (context) => {
  const bench = await createBench(context);
  const message = `nodes "${nodeName}" is forbidden: User "u" cannot patch resource "nodes" in API group ""`;
  bench.server.fault({ kind: "status", status: 403, message });
  const { label, lines } = createSubject(context, bench);
  await label.clear();
  assert.equal(await label.write("succeeded"), false);
  assert.equal(bench.server.requests().length, 2);
  assert.equal(lines.length, 1);
  const [line = ""] = lines;
  assert.match(line, /"rule":\{"apiGroups":\[""\],"resources":\["nodes"\],"verbs":\["get","patch"\]\}/);
  assert.match(line, /cannot patch resource/);
  assert.doesNotMatch(line, /first-token/);
});

test("says that the node is not there", async (context) => {
  const bench = await createBench(context);
  bench.server.nodes.clear();
  const { label, lines } = createSubject(context, bench);
  assert.equal(await label.write("succeeded"), false);
  assert.match(lines.join("\n"), /there is no such node; check NODE_NAME/);
  assert.equal(bench.server.requests().length, 1);
});
