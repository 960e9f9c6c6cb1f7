import assert from "node:assert/strict";
import { test } from "node:test";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { createTellingBench } from "../../../test/telling/bench.ts";
import type { AgentStatus } from "../agent-status.ts";
import type { createEventObject } from "./event-object.ts";
import { createNodeEvents } from "./node-events.ts";

const minute = 60_000;

function createBench() {
  const bench = createTellingBench();
  const events = createNodeEvents(bench.tools);
  const hear = async (status: AgentStatus, ms = 15_000) => {
    events.status?.(status);
    await bench.clock.advance(ms);
  };
  const bodies = () => bench.sent.map(({ body }) => body as ReturnType<typeof createEventObject>);
  const reasons = () => bodies().map(({ reason }) => reason);
  return { ...bench, events, hear, bodies, reasons };
}

const image = (ref: string, state = {}) => imageStatus(ref, [fleet("a")], state);

test("tells a failed image as the kubelet tells of its node", async () => {
  const { bodies, hear, sent } = createBench();
  await hear(agentStatus([image("a:1", failed("no \u001b[1msuch tag")), image("b:1", present("sha256:1"))]));
  const [body] = bodies();
  assert.equal(sent[0]?.path, "/api/v1/namespaces/default/events");
  assert.deepEqual(body?.involvedObject, { kind: "Node", name: "n", uid: "n" });
  assert.deepEqual(
    [body?.reason, body?.type, body?.source, body?.firstTimestamp],
    ["ImagePullFailed", "Warning", { component: "prestow-agent", host: "n" }, "1970-01-01T00:00:00Z"],
  );
  assert.equal(body?.message, "image docker.io/library/a:1 is not pulled (not-found): no \\x1b[1msuch tag");
  assert.match(body?.metadata.name ?? "", /^n\.[0-9a-f]+$/);
});

test("tells the same failure once an hour, another kind of it at once", async () => {
  const { hear, reasons } = createBench();
  const status = agentStatus([image("a:1", failed())]);
  for (let turns = 0; turns < 239; turns += 1) await hear(status);
  assert.equal(reasons().length, 1);
  const denied = { ...failed(), failure: { kind: "denied", message: "no" } } as const;
  await hear(agentStatus([image("a:1", denied)]));
  assert.equal(reasons().length, 2);
  await hear(status, minute);
  assert.equal(reasons().length, 3);
});

test("tells ten events a minute at most, and the rest later", async () => {
  const { hear, reasons } = createBench();
  const status = agentStatus(Array.from({ length: 25 }, (_, index) => image(`a${index}:1`, failed())));
  for (const [turn, told] of [10, 10, 10, 10, 20].entries()) {
    await hear(status);
    assert.equal(reasons().length, told, `turn ${turn}`);
  }
  for (let turns = 0; turns < 20; turns += 1) await hear(status);
  assert.equal(reasons().length, 25);
});

test("tells why images are held back: one event for the disk, one for each image that is deleted again", async () => {
  const { hear, reasons } = createBench();
  const heldBack = (reason: "DiskFloor" | "EvictedByGC") => ({ phase: "held-back", reason }) as const;
  const full = ["a:1", "b:1"].map((ref) => image(ref, heldBack("DiskFloor")));
  const deleted = ["c:1", "d:1"].map((ref) => image(ref, heldBack("EvictedByGC")));
  await hear(agentStatus([...full, ...deleted]));
  assert.deepEqual(reasons(), ["DiskFloor", "EvictedByGC", "EvictedByGC"]);
});

test("bounds the message in bytes", async () => {
  const { bodies, events, clock } = createBench();
  events.report("StartupTaintTimeout", "ü".repeat(5000));
  await clock.advance(0);
  const message = bodies()[0]?.message ?? "";
  assert.ok(Buffer.byteLength(message) <= 1000);
  assert.match(message, /^ü+…$/);
});

test("says a missing permission once, with the rule, and asks again after an hour", async () => {
  const { api, hear, lines, sent } = createBench();
  api.refusal = "forbidden";
  const status = agentStatus(["a:1", "b:1", "c:1"].map((ref) => image(ref, failed())));
  for (let turns = 0; turns < 200; turns += 1) await hear(status);
  assert.deepEqual([sent.length, lines.length], [1, 1]);
  assert.deepEqual(lines[0]?.["rule"], { apiGroups: [""], resources: ["events"], verbs: ["create"] });
  api.refusal = undefined;
  for (let turns = 0; turns < 60; turns += 1) await hear(status);
  assert.equal(sent.length, 4);
});

test("tells it when the API server is back", async () => {
  const { api, hear, reasons } = createBench();
  const status = agentStatus([image("a:1", failed())]);
  api.refusal = "unavailable";
  await hear(status, 2 * minute);
  api.refusal = undefined;
  await hear(status);
  assert.deepEqual(reasons(), ["ImagePullFailed", "ImagePullFailed"]);
});

test("tells what happened once when the API server is back, though nothing says it again", async () => {
  const { api, events, hear, bodies } = createBench();
  api.refusal = "unavailable";
  events.report("StartupTaintTimeout", "removed");
  await hear(agentStatus([]), minute);
  api.refusal = undefined;
  for (let turns = 0; turns < 500; turns += 1) await hear(agentStatus([]));
  assert.deepEqual(
    bodies().map(({ message }) => message),
    ["removed", "removed"],
  );
});

test("tells nothing of a pull that was stopped", async () => {
  const { hear, sent } = createBench();
  const failure = { kind: "cancelled", message: "stopped" } as const;
  await hear(agentStatus([image("a:1", { ...failed(), failure })]));
  assert.deepEqual(sent, []);
});
