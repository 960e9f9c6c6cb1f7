import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError, type KubeErrorKind } from "../kube/errors.ts";
import { createLogger } from "../lib/log.ts";
import { createNodeLabel, type NodeLabelOptions } from "./node-label.ts";

const key = "image-prefetcher.stackrox.io/prefetcher";

type Patch = (value: string | null, signal: AbortSignal | undefined, attempt: number) => Promise<void>;

/** An API server that does as the test says; the clock moves by hand. */
function createBench(patch: Patch, changed: Partial<NodeLabelOptions> = {}) {
  const clock = createManualClock();
  const stop = new AbortController();
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    level: "info",
    format: "json",
    clock,
    write: (line) => lines.push(JSON.parse(line)),
  });
  const sent: (string | null)[] = [];
  const client: Pick<KubeClient, "patch"> = {
    async patch(_path, body, _options, { signal }) {
      const value =
        (body as { metadata: { labels: Record<string, string | null> } }).metadata.labels[key] ?? null;
      sent.push(value);
      await patch(value, signal, sent.length);
    },
  };
  const options = { client, nodeName: "n", instance: undefined, timeoutMs: 120_000, stop: stop.signal };
  const label = createNodeLabel({ ...options, clock, random: () => 1, log, ...changed });
  const messages = () => lines.map(({ level, msg }) => `${level}: ${msg}`);
  return { clock, stop, label, lines, messages, sent };
}

/** What the promise comes to by now. */
async function now<T>(promise: Promise<T>): Promise<T | "pending"> {
  const pending = new Promise<"pending">((resolve) => setImmediate(resolve, "pending"));
  return await Promise.race([promise, pending]);
}

const succeed: Patch = async () => {};
const hang: Patch = (_, signal) =>
  new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

function fail(kind: KubeErrorKind): Promise<never> {
  return Promise.reject(new KubeError("as told", { kind }));
}

test("takes the earlier label away, then writes the new one", async () => {
  const { label, sent, messages } = createBench(succeed);
  await label.clear();
  assert.equal(await label.write("succeeded"), true);
  assert.deepEqual(sent, [null, "succeeded"]);
  assert.deepEqual(messages(), ["info: node label written"]);
});

test("waits 5 s for the earlier label to go, says so, and goes on behind the pulls", async () => {
  let isDown = true;
  const { clock, label, sent, messages } = createBench(() =>
    isDown ? fail("unavailable") : Promise.resolve(),
  );
  const cleared = label.clear();
  await clock.advance(4999);
  assert.equal(await now(cleared), "pending");
  await clock.advance(1);
  assert.equal(await now(cleared), undefined);
  isDown = false;
  await clock.advance(10_000);
  assert.equal(sent.at(-1), null);
  const said = messages();
  assert.equal(said.at(-2), "warn: an earlier node label is not taken away yet, going on meanwhile");
  assert.equal(said.at(-1), "info: no earlier node label is left");
  assert.equal(clock.sleepers(), 0);
});

test("does not take a label away once the new one is being written", async () => {
  const { clock, label, sent } = createBench((value) =>
    value === null ? fail("unavailable") : Promise.resolve(),
  );
  const cleared = label.clear();
  await clock.advance(5000);
  await cleared;
  assert.equal(await now(label.write("failed")), true);
  const count = sent.length;
  await clock.advance(60_000);
  assert.deepEqual([sent.at(-1), sent.length], ["failed", count]);
});

test("lets an attempt that takes the label away end before it writes", async () => {
  let finish = () => {};
  const { clock, label, sent } = createBench((value) =>
    value === null ? new Promise<void>((resolve) => (finish = resolve)) : Promise.resolve(),
  );
  const cleared = label.clear();
  await clock.advance(5000);
  await cleared;
  const written = label.write("succeeded");
  await clock.advance(1000);
  assert.deepEqual(sent, [null]);
  finish();
  assert.equal(await written, true);
  assert.deepEqual(sent, [null, "succeeded"]);
});

test("writes although the attempt that takes the label away hangs", async () => {
  const { clock, label, sent } = createBench((value, signal, attempt) =>
    value === null ? hang(value, signal, attempt) : Promise.resolve(),
  );
  const cleared = label.clear();
  await clock.advance(5000);
  await cleared;
  const written = label.write("succeeded");
  await clock.advance(10_000);
  assert.equal(await now(written), true);
  assert.deepEqual(sent, [null, "succeeded"]);
});

test("writes once the API server is back", async () => {
  let isDown = true;
  const { clock, label, messages } = createBench(() => (isDown ? fail("unavailable") : Promise.resolve()));
  const written = label.write("succeeded");
  await clock.advance(90_000);
  isDown = false;
  await clock.advance(10_000);
  assert.equal(await now(written), true);
  assert.deepEqual(messages(), ["warn: node label not set yet, trying again", "info: node label written"]);
});

test("gives up by the label timeout and says why", async () => {
  const { clock, label, lines } = createBench(() => fail("unavailable"));
  const written = label.write("succeeded");
  await clock.advance(120_000);
  assert.equal(await now(written), false);
  const last = lines.at(-1);
  assert.deepEqual([last?.["msg"], last?.["error"]], ["node label not written", "as told"]);
});

test("says a missing permission once, with the rule, and does not insist", async () => {
  const { label, lines, sent } = createBench(() => fail("forbidden"));
  await label.clear();
  assert.equal(await label.write("succeeded"), false);
  assert.equal(sent.length, 2);
  assert.equal(lines.length, 1);
  assert.deepEqual(lines[0]?.["rule"], { apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] });
});

test("says once that an admission policy may be in the way", async () => {
  const { label, messages } = createBench(() => fail("invalid"));
  await label.clear();
  assert.equal(await label.write("succeeded"), false);
  const said = "node label not written: the API server does not take it; look at the admission policies";
  assert.deepEqual(messages(), [`warn: ${said}`]);
});

test("says that there is no such node, and does not insist", async () => {
  const { label, messages, sent } = createBench(() => fail("not-found"));
  assert.equal(await label.write("succeeded"), false);
  assert.equal(sent.length, 1);
  assert.deepEqual(messages(), ["warn: node label not written: there is no such node; check NODE_NAME"]);
});

test("ends a clear at once when it is asked to stop", async () => {
  const { clock, stop, label, messages } = createBench(hang);
  const cleared = label.clear();
  await clock.advance(100);
  stop.abort(new Error("SIGTERM"));
  assert.equal(await now(cleared), undefined);
  assert.deepEqual(messages(), []);
});

for (const [name, patch] of Object.entries({ "that hangs": hang, "that fails": () => fail("unavailable") })) {
  test(`gives up a write ${name} 1.5 s after it is asked to stop`, async () => {
    const { clock, stop, label } = createBench(patch);
    const written = label.write("failed");
    await clock.advance(30);
    stop.abort(new Error("SIGTERM"));
    await clock.advance(1499);
    assert.equal(await now(written), "pending");
    await clock.advance(1);
    assert.equal(await now(written), false);
  });
}

test("still writes in the time that a stop leaves it", async () => {
  const { stop, label } = createBench(succeed);
  stop.abort(new Error("SIGTERM"));
  assert.equal(await now(label.write("failed")), true);
});

test("ends a clear that hangs when it is closed, and says nothing of it", async () => {
  const { label, messages } = createBench(hang);
  const cleared = label.clear();
  label.close();
  assert.equal(await now(cleared), undefined);
  assert.deepEqual(messages(), []);
});

test("gives an attempt 10 s, and never more than what is left of the label timeout", async () => {
  const given: number[] = [];
  const client: Pick<KubeClient, "patch"> = {
    patch: async (_path, _body, _options, { timeoutMs }) => given.push(timeoutMs),
  };
  for (const timeoutMs of [60_000, 3000])
    await createBench(succeed, { client, timeoutMs }).label.write("failed");
  assert.deepEqual(given, [10_000, 3000]);
});

test("leaves no timer behind once it is closed", async () => {
  const { clock, stop, label } = createBench(hang);
  const cleared = label.clear();
  await clock.advance(5000);
  await cleared;
  stop.abort(new Error("SIGTERM"));
  label.close();
  await clock.advance(0);
  assert.equal(clock.sleepers(), 0);
});

const without: Record<string, readonly [Partial<NodeLabelOptions>, string]> = {
  "outside of a cluster": [{ client: undefined }, "info: no node label: this is no pod of a cluster"],
  "with a NODE_NAME that would change the path": [
    { nodeName: "../secrets/x" },
    "warn: no node label: NODE_NAME is no name of a node",
  ],
};
for (const [name, [changed, said]] of Object.entries(without)) {
  test(`writes no label ${name}, and says so once`, async () => {
    const { label, messages, sent } = createBench(succeed, changed);
    await label.clear();
    assert.equal(await label.write("succeeded"), false);
    assert.deepEqual(messages(), [said]);
    assert.deepEqual(sent, []);
  });
}
