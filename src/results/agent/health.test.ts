import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { createAgentHealth } from "./health.ts";

const image = (state = {}) => imageStatus("a:1", [fleet("a")], state);
const waiting = { name: "fleets", state: "waiting", detail: "403", images: 0 } as const;

function createBench(syncPeriodMs = 15_000) {
  const clock = createManualClock();
  return { clock, health: createAgentHealth({ clock, syncPeriodMs }) };
}

test("is ready once sources and runtime have spoken and each image was tried", () => {
  const { health } = createBench();
  const steps: readonly (readonly [Parameters<typeof agentStatus>, boolean, string])[] = [
    [[[], { sources: [waiting] }], false, "the source fleets is not synced: 403"],
    [
      [[image()], { listedMs: undefined, runtimeError: new Error("refused") }],
      false,
      "the runtime has not listed its images yet: refused",
    ],
    [[[], { complete: false }], false, "this node is not known yet"],
    [[[image(), image(failed())]], false, "1 of 2 images were not tried yet"],
    [[[image(present("sha256:1")), image(failed())]], true, "1 of 2 images are present"],
  ];
  assert.deepEqual(health.ready(), { ok: false, reason: "starting" });
  for (const [status, ok, reason] of steps) {
    health.status?.(agentStatus(...status));
    assert.deepEqual(health.ready(), { ok, reason });
  }
});

test("stays ready when new images come and when sources fail", () => {
  const { health } = createBench();
  health.status?.(agentStatus([]));
  health.status?.(agentStatus([image()], { sources: [{ ...waiting, state: "failing" }] }));
  assert.deepEqual(health.ready(), { ok: true, reason: "0 of 1 images are present" });
});

test("is not ready while the runtime stays away, and again when it is back", async () => {
  const { clock, health } = createBench();
  health.status?.(agentStatus([]));
  const runtimeError = new Error("connection refused");
  health.status?.(agentStatus([], { runtimeError }));
  await clock.advance(60_000);
  assert.equal(health.ready().ok, true);
  await clock.advance(1000);
  const reason = "the runtime has not listed its images for 61 s: connection refused";
  assert.deepEqual(health.ready(), { ok: false, reason });
  health.status?.(agentStatus([], { listedMs: clock.nowMs() }));
  assert.equal(health.ready().ok, true);
});

for (const [name, syncPeriodMs, limitMs] of [
  ["a minute", 1000, 60_000],
  ["three syncs, where these are longer,", 60_000, 180_000],
] as const) {
  test(`lives while its loop came round within ${name}`, async () => {
    const { clock, health } = createBench(syncPeriodMs);
    await clock.advance(1_000_000);
    assert.deepEqual(health.live(), { ok: true, reason: "starting" });
    health.tick?.();
    await clock.advance(limitMs);
    assert.equal(health.live().ok, true);
    await clock.advance(1000);
    const reason = `the loop came round ${limitMs / 1000 + 1} s ago: it hangs`;
    assert.deepEqual(health.live(), { ok: false, reason });
    health.tick?.();
    assert.equal(health.live().ok, true);
  });
}
