import assert from "node:assert/strict";
import { test } from "node:test";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { createTellingBench, nodeFacts } from "../../../test/telling/bench.ts";
import type { NodeTaint } from "../../plan/pod-placement.ts";
import type { AgentStatus } from "../agent-status.ts";
import { createStartupTaint } from "./startup-taint.ts";

const key = "prestow.dev/images";
const minute = 60_000;
const taint = (name: string, effect = "NoSchedule"): NodeTaint => ({ key: name, value: "", effect });
const image = (state = {}) => imageStatus("a:1", [fleet("a")], state);
const ready = agentStatus([image(present("sha256:1"))]);
const missing = agentStatus([image(failed()), imageStatus("b:1", [], present("sha256:2"))]);

function createBench(taints: readonly NodeTaint[], facts: "watched" | "unknown" = "watched") {
  const bench = createTellingBench();
  const told: string[] = [];
  const { api, clock } = bench;
  api.taints = [...taints];
  if (facts === "watched") api.facts = nodeFacts(api.taints);
  const onTimeout = (message: string) => told.push(message);
  const observer = createStartupTaint({ key, timeoutMs: 8 * minute, onTimeout }, bench.tools);
  /** One turn of the loop; the watch has caught up by then. */
  const turn = async (status: AgentStatus, ms = 15_000) => {
    if (facts === "watched") api.facts = nodeFacts(api.taints);
    observer.status?.(status);
    await clock.advance(ms);
  };
  const left = () => api.taints.map((entry) => entry.key);
  return { ...bench, told, turn, left };
}

test("takes the taint away when every image is present, and leaves the others", async () => {
  const { left, turn, messages, told } = createBench([
    taint("x"),
    taint(key),
    taint(key, "NoExecute"),
    taint("y"),
  ]);
  await turn(missing);
  assert.equal(left().length, 4);
  await turn(ready);
  assert.deepEqual(left(), ["x", "y"]);
  assert.deepEqual([messages(), told], [["info: startup taint removed"], []]);
});

test("takes it away at once where nothing is desired", async () => {
  const { left, turn } = createBench([taint(key)]);
  await turn(agentStatus([]), 0);
  assert.deepEqual(left(), []);
});

test("leaves it while it is not known which images are for this node", async () => {
  const { left, turn, told } = createBench([taint(key)], "unknown");
  await turn(agentStatus([], { complete: false }), minute);
  assert.deepEqual(left(), [key]);
  await turn(agentStatus([], { complete: false }), 7 * minute);
  assert.match(told[0] ?? "", /this node is not known yet$/);
});

for (const facts of ["watched", "unknown"] as const) {
  test(`does nothing on a node without it (${facts})`, async () => {
    const { api, clock, sent, turn, told } = createBench([taint("x")], facts);
    for (let turns = 0; turns < 60; turns += 1) await turn(missing);
    await turn(ready);
    assert.deepEqual([sent, told], [[], []]);
    assert.ok(api.gets <= 1);
    assert.equal(clock.sleepers(), 0);
  });
}

test("reads the taints itself where the node may not be watched, and only once it is time", async () => {
  const { api, left, turn } = createBench([taint(key)], "unknown");
  await turn(missing);
  assert.equal(api.gets, 0);
  await turn(ready);
  assert.deepEqual(left(), []);
  for (let turns = 0; turns < 10; turns += 1) await turn(ready);
  assert.equal(api.gets, 1);
});

test("takes it away after the timeout and says what is missing", async () => {
  const { left, turn, messages, told, clock } = createBench([taint(key)]);
  await turn(missing, 0);
  await clock.advance(8 * minute - 1);
  assert.deepEqual(left(), [key]);
  await clock.advance(1);
  assert.deepEqual(left(), []);
  assert.deepEqual(messages(), ["warn: startup taint removed though images are missing"]);
  const why = "1 of 2 images is missing: docker.io/library/a:1 (not-found)";
  assert.deepEqual(told, [`startup taint ${key} removed after 8m though ${why}`]);
});

test("takes it away after the timeout although no turn of the loop came", async () => {
  const { left, clock, told } = createBench([taint(key)]);
  await clock.advance(8 * minute);
  assert.deepEqual(left(), []);
  assert.match(told[0] ?? "", /the runtime has not listed its images yet$/);
});

test("takes it away again when it is put back, and waits anew where images are missing", async () => {
  const { api, left, turn, told, clock } = createBench([taint(key)]);
  await turn(ready);
  await turn(ready, minute);
  api.taints = [taint(key)];
  await turn(ready);
  assert.deepEqual(left(), []);
  await clock.advance(20 * minute);
  api.taints = [taint(key)];
  await turn(missing, minute);
  assert.deepEqual(left(), [key]);
  await turn(missing, 8 * minute);
  assert.deepEqual([left(), told.length], [[], 1]);
});

test("removes nothing else when the taints changed meanwhile", async () => {
  const { api, clock, left, turn } = createBench([taint(key)]);
  await turn(missing, 0);
  // The watch has not said it yet.
  api.taints = [taint("new"), taint(key)];
  const behind = nodeFacts([taint(key)]);
  api.facts = behind;
  await clock.advance(8 * minute);
  assert.deepEqual([left(), api.gets], [["new"], 1]);
});

test("goes on trying while the API server is away, and says a missing permission once", async () => {
  const { api, left, turn, lines, messages } = createBench([taint(key)]);
  api.refusal = "unavailable";
  await turn(ready, minute);
  api.refusal = "forbidden";
  for (let turns = 0; turns < 100; turns += 1) await turn(ready);
  assert.deepEqual(messages(), [
    "warn: startup taint not removed, trying again",
    "warn: startup taint not removed: the service account may not do it; this rule is missing",
  ]);
  assert.deepEqual(lines[1]?.["rule"], { apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] });
  api.refusal = undefined;
  await turn(ready, 10 * minute);
  assert.deepEqual(left(), []);
});
