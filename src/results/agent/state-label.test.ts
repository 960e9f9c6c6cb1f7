import assert from "node:assert/strict";
import { test } from "node:test";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { createTellingBench, nodeFacts } from "../../../test/telling/bench.ts";
import type { AgentStatus } from "../agent-status.ts";
import { createStateLabel } from "./state-label.ts";

const key = "prestow.dev/images";
const image = (state = {}) => imageStatus("a:1", [fleet("a")], state);
const pending = agentStatus([image()]);
const ready = agentStatus([image(present("sha256:1"))]);
const failing = agentStatus([image(failed())]);

function createBench() {
  const bench = createTellingBench();
  const label = createStateLabel(key, bench.tools);
  const hear = async (status: AgentStatus, ms = 0) => {
    label.status?.(status);
    await bench.clock.advance(ms);
  };
  const values = () =>
    bench.sent.map(({ body }) => {
      return (body as { metadata: { labels: Record<string, string> } }).metadata.labels[key];
    });
  return { ...bench, hear, values };
}

test("writes what the node says of its images, each state once", async () => {
  const { hear, values, sent } = createBench();
  await hear(pending, 5000);
  await hear(failing, 500);
  await hear(ready, 500);
  for (let turn = 0; turn < 50; turn += 1) await hear(agentStatus(ready.images), 15_000);
  assert.deepEqual(values(), ["pending", "failed", "ready"]);
  assert.equal(sent[0]?.path, "/api/v1/nodes/n");
});

test("does not write a state that does not last", async () => {
  const { hear, values } = createBench();
  await hear(ready, 500);
  await hear(pending, 4000);
  await hear(ready, 60_000);
  assert.deepEqual(values(), ["ready"]);
});

test("writes a state that lasts, however often the loop comes round", async () => {
  const { hear, values } = createBench();
  for (let turn = 0; turn < 60; turn += 1) await hear(pending, 100);
  assert.deepEqual(values(), ["pending"]);
});

test("leaves a label alone that an earlier process wrote and that is still right", async () => {
  const { api, hear, values } = createBench();
  api.facts = nodeFacts([], { [key]: "ready" });
  await hear(pending, 1000);
  await hear(ready, 60_000);
  assert.deepEqual(values(), []);
});

test("writes again what somebody took away, and not because the watch lags behind", async () => {
  const { api, hear, values } = createBench();
  api.facts = nodeFacts([]);
  await hear(ready, 500);
  // An older event that arrives late.
  api.facts = nodeFacts([], {});
  await hear(ready, 5000);
  assert.deepEqual(values(), ["ready"]);
  await hear(ready, 30_000);
  await hear(ready, 1000);
  assert.deepEqual(values(), ["ready", "ready"]);
});

test("never writes because of a watch that stands still", async () => {
  const { api, hear, values } = createBench();
  api.facts = nodeFacts([]);
  for (let turn = 0; turn < 50; turn += 1) await hear(ready, 15_000);
  assert.deepEqual(values(), ["ready"]);
});

test("writes the newest state once the API server is back", async () => {
  const { api, hear, values, messages } = createBench();
  api.refusal = "unavailable";
  await hear(failing, 120_000);
  await hear(ready, 0);
  api.refusal = undefined;
  await hear(ready, 60_000);
  assert.equal(values().at(-1), "ready");
  assert.deepEqual(messages(), ["warn: node label not written, trying again", "info: node label written"]);
});

test("says a missing permission once, with the rule, and hardly asks again", async () => {
  const { api, hear, lines, sent } = createBench();
  api.refusal = "forbidden";
  for (let turn = 0; turn < 240; turn += 1) await hear(ready, 15_000);
  assert.equal(lines.length, 1);
  assert.deepEqual(lines[0]?.["rule"], { apiGroups: [""], resources: ["nodes"], verbs: ["patch"] });
  assert.ok(sent.length <= 7, `${sent.length} calls in an hour`);
});

test("leaves the label and no timer behind when the agent stops", async () => {
  const { clock, hear, stop, values } = createBench();
  await hear(ready, 500);
  await hear(pending, 1000);
  stop.abort();
  await hear(pending, 60_000);
  assert.deepEqual(values(), ["ready"]);
  assert.equal(clock.sleepers(), 0);
});
