import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import { renderExposition } from "../../results/metrics/exposition.ts";
import { type HeldImageStatus, type HoldStatus, noNodes } from "../hold-status.ts";
import { createHoldEvents } from "./hold-events.ts";
import { createHoldHealth } from "./hold-health.ts";
import { createHoldLog } from "./hold-log.ts";
import { createHoldMetrics } from "./hold-metrics.ts";
import { createStatusData } from "./status-object.ts";

const good: HeldImageStatus = {
  name: "web",
  ref: "web:1",
  phase: "proven",
  heldRef: "web@sha256:1",
  digest: "sha256:1",
  readyNodes: 2,
  nodeFailures: {},
  failure: undefined,
  failures: 0,
};
const bad: HeldImageStatus = {
  ...good,
  name: "cart",
  ref: "cart:1",
  phase: "failing",
  heldRef: undefined,
  readyNodes: 0,
  nodeFailures: { ErrImagePull: 1 },
  failure: { kind: "not-found", reason: "ErrImagePull", message: "no such\ntag" },
  failures: 2,
};
const status: HoldStatus = {
  leading: true,
  mode: "volumes",
  modeReason: "MODE=volumes",
  images: [good, bad],
  nodes: { ...noNodes, desired: 2, ready: 2 },
  problem: undefined,
  pending: undefined,
  configFaults: [],
};
const usage = () => ({ residentBytes: 1, cpuSeconds: 2, startSeconds: 3 });

test("is ready once the cluster was seen, or another replica leads", () => {
  const health = createHoldHealth(createManualClock());
  health.tick(new Error("no answer"));
  assert.deepEqual(health.ready(), { ok: false, reason: "starting: no answer" });
  health.status({ ...status, pending: "the cluster is not known yet" });
  assert.equal(health.ready().ok, false);
  health.status(status);
  const reason = "1 of 2 images are held, by ready pods on 2 of 2 nodes";
  assert.deepEqual(health.ready(), { ok: true, reason });
  health.status({ ...status, leading: false });
  assert.deepEqual(health.ready(), { ok: true, reason: "another replica leads" });
});

test("is alive while it looks, whatever comes of it", async () => {
  const clock = createManualClock();
  const health = createHoldHealth(clock);
  await clock.advance(299_000);
  assert.equal(health.live().ok, true);
  await clock.advance(10_000);
  assert.equal(health.live().ok, false);
  health.tick(new Error("no answer"));
  assert.equal(health.live().ok, true);
});

test("metrics have the images by name and the reasons of failures", () => {
  const metrics = createHoldMetrics("1.2.3", usage);
  metrics.status(status);
  metrics.tick(undefined);
  const text = renderExposition(metrics.families(), "prometheus");
  assert.match(text, /^prestow_hold_images\{phase="failing"\} 1$/m);
  assert.match(text, /^prestow_hold_image_ready_nodes\{image="web"\} 2$/m);
  assert.match(text, /^prestow_hold_image_failed_nodes\{image="cart",reason="ErrImagePull"\} 1$/m);
  assert.match(text, /^prestow_hold_looks_total\{result="succeeded"\} 1$/m);
});

test("metrics of a controller that has seen nothing are there too", () => {
  assert.match(
    renderExposition(createHoldMetrics("1", usage).families(), "prometheus"),
    /^prestow_hold_leading 0$/m,
  );
});

test("the log says each change once", () => {
  const lines: string[] = [];
  const clock = createManualClock();
  const log = createHoldLog(
    createLogger({ level: "info", format: "text", clock, write: (line) => lines.push(line) }),
  );
  log.status(status);
  const { length } = lines;
  assert.ok(lines.some((line) => line.includes("image held")));
  assert.ok(lines.some((line) => line.includes("not held")));
  log.status({ ...status, images: [good, { ...bad, failures: 3 }] });
  assert.equal(lines.length, length);
  log.status({ ...status, problem: "somebody else's DaemonSet" });
  assert.match(lines.at(-1) ?? "", /nothing is written/);
});

test("the status is one line for people, and bounded JSON for programs", () => {
  const data = createStatusData({ ...status, images: Array.from({ length: 1000 }, () => bad) });
  assert.equal(data["summary"], "0 of 1000 images held, 2 of 2 nodes ready, 1000 failing");
  const json = JSON.parse(data["status.json"] ?? "");
  assert.deepEqual([json.images.length, json.moreImages], [300, 700]);
  assert.equal(json.images[0].failure.message, "no such\\x0atag");
});

test("an image whose successor is not proven counts as held, in the status as in /readyz", () => {
  const old: HeldImageStatus = { ...bad, heldRef: "cart@sha256:0", digest: "sha256:0", readyNodes: 2 };
  const both = { ...status, images: [good, old] };
  assert.equal(createStatusData(both)["summary"], "2 of 2 images held, 2 of 2 nodes ready, 1 failing");
  const health = createHoldHealth(createManualClock());
  health.status(both);
  assert.match(health.ready().reason, /^2 of 2 images are held/);
});

test("events tell of what somebody has to mend, once", async () => {
  const clock = createManualClock();
  const sent: { reason: string; message: string }[] = [];
  const log = createLogger({ level: "error", format: "text", clock, write: () => {} });
  const events = createHoldEvents({
    client: {
      async post(_, body) {
        sent.push(body as { reason: string; message: string });
      },
    },
    clock,
    random: () => 0,
    log,
    signal: new AbortController().signal,
  });
  const subject = { namespace: "ns", name: "puller", uid: "u" };
  const passing = { ...bad, ref: "other:1", failures: 0, failure: { ...bad.failure, kind: "timeout" } };
  const all = { ...status, images: [bad, passing as HeldImageStatus], configFaults: ["IMAGES: bad"] };
  events.status(all, subject);
  events.status(all, subject);
  await clock.advance(0);
  assert.deepEqual(
    sent.map(({ reason }) => reason),
    ["ConfigurationRefused", "ImageNotHeld"],
  );
  assert.match(sent[1]?.message ?? "", /cart:1 .*is not held .*not-found/);
  events.status({ ...all, images: [{ ...bad, ref: "cart:2", heldRef: "cart@sha256:0" }] }, subject);
  await clock.advance(0);
  assert.match(sent[2]?.message ?? "", /cart:2 .*is held as cart@sha256:0, .*not-found/);
});
