import assert from "node:assert/strict";
import { test } from "node:test";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { createTellingBench, nodeFacts } from "../../../test/telling/bench.ts";
import type { NodeTaint } from "../../plan/pod-placement.ts";
import { createTelling, type TellingNode } from "./telling.ts";

const taint: NodeTaint = { key: "prestow.dev/images", value: "", effect: "NoSchedule" };
const image = imageStatus("a:1", [fleet("a")]);
const missing = agentStatus([{ ...image, ...failed() }]);
const ready = agentStatus([{ ...image, ...present("sha256:1", true) }]);

function createBench(changed: Partial<TellingNode> | "no node" = {}) {
  const bench = createTellingBench();
  bench.api.taints = [taint];
  bench.api.facts = nodeFacts([taint]);
  const node = {
    client: bench.tools.client,
    nodeName: "n",
    facts: () => bench.api.facts,
    label: "l",
    startupTaint: { key: taint.key, timeoutMs: 60_000 },
    events: true,
    ...(changed === "no node" ? {} : changed),
  };
  const telling = createTelling({
    ...bench.tools,
    version: "0",
    syncPeriodMs: 15_000,
    sources: [],
    node: changed === "no node" ? undefined : node,
  });
  return { ...bench, ...telling };
}

test("tells the log, the probes, the label, the taint and the events of one status", async () => {
  const { api, clock, health, messages, observer, sent } = createBench();
  observer.status(missing);
  await clock.advance(60_000);
  const reasons = sent.flatMap(({ body }) => {
    return typeof body === "object" && body !== null && "reason" in body ? [body.reason] : [];
  });
  assert.deepEqual(reasons, ["ImagePullFailed", "StartupTaintTimeout"]);
  assert.deepEqual(api.taints, []);
  observer.status({ ...ready, listedMs: clock.nowMs() });
  await clock.advance(1000);
  assert.ok(messages().includes("info: fleet synced"));
  assert.deepEqual(sent.at(-1)?.body, { metadata: { labels: { l: "ready" } } });
  assert.equal(health.ready().ok, true);
});

test("calls the API server for nothing that is not asked for, and for nothing at all when idle", async () => {
  const off = { label: undefined, startupTaint: undefined, events: false };
  for (const changed of [off, "no node"] as const) {
    const { api, clock, observer, sent } = createBench(changed);
    for (const status of [missing, ready]) {
      observer.status(status);
      await clock.advance(600_000);
    }
    assert.deepEqual([sent, api.gets], [[], 0]);
  }
  const { api, clock, observer, sent } = createBench();
  observer.status(ready);
  await clock.advance(15_000);
  api.facts = nodeFacts([], { l: "ready" });
  const before = sent.length + api.gets;
  for (let turns = 0; turns < 300; turns += 1) {
    observer.tick();
    observer.status(ready);
    await clock.advance(15_000);
  }
  assert.equal(sent.length + api.gets, before);
});
