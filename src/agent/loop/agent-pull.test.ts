import assert from "node:assert/strict";
import { test } from "node:test";
import { type BenchPull, benchSettings, fail, hang, listedImage } from "../../../test/agent/agent-bench.ts";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { normalizedName, parseReference } from "../../image/reference.ts";
import { createLogger } from "../../lib/log.ts";
import type { PullEvent } from "../../results/pull-events.ts";
import type { ImageRuntime, RuntimeImage } from "../../runtime/runtime.ts";
import { createPullQueue } from "../pull-queue.ts";
import { AgentPull } from "./agent-pull.ts";

const hourMs = 3_600_000;

function createBench(pull: BenchPull) {
  const clock = createManualClock();
  const log = createLogger({ level: "error", format: "json", clock, write: () => {} });
  const releasedHours: number[] = [];
  const events: PullEvent[] = [];
  const pulled: RuntimeImage[] = [];
  const lookedAt: string[] = [];
  let attempts = 0;
  const image = parseReference("a:1");
  const runtime: ImageRuntime = {
    version: async () => ({ name: "test", version: "1" }),
    listImages: async () => [],
    imageStatus: async () => listedImage("a:1"),
    async pullImage(request, bounds) {
      attempts += 1;
      await pull(request.image, bounds, attempts);
      return "id";
    },
    removeImage: async () => {},
    imageFilesystems: async () => [],
    close: () => {},
  };
  const tools = {
    runtime,
    keyring: { lookup: async () => [] },
    watch: undefined,
    leases: {
      leaseFor: async () => "lease",
      prepare: () => {},
      discard: async () => {},
      forgetLost: async (name: string) => void lookedAt.push(name),
      release: async () => void releasedHours.push(clock.nowMs() / hourMs),
      releaseAll: async () => {},
    },
    clock,
    random: () => 1,
    log,
    observe: (event: PullEvent) => void events.push(event),
  };
  const request = { ref: "a:1", where: "list:1", owner: undefined, placement: undefined, pullSecrets: [] };
  const wanted = { name: normalizedName(image), image, requests: [request] };
  const task = new AgentPull(wanted, benchSettings, tools, (present) => void pulled.push(present));
  const queue = createPullQueue({ maxParallel: 1, endMs: Number.POSITIVE_INFINITY }, clock);
  const results = () => events.flatMap((event) => (event.type === "done" ? [event.result] : []));
  return { clock, task, queue, pulled, lookedAt, releasedHours, results, attempts: () => attempts };
}

test("says what the pull brought, and is done", async () => {
  const { clock, task, queue, pulled, results } = createBench(async () => {});
  queue.arrange([task]);
  await clock.advance(0);
  assert.deepEqual([pulled, queue.phaseOf(task)], [[listedImage("a:1")], undefined]);
  assert.deepEqual(
    results().map(({ outcome, where }) => [outcome, where]),
    [["pulled", "list:1"]],
  );
});

test("tells of each round that failed, with growing pauses between them", async () => {
  const { clock, task, queue, results, attempts } = createBench(async () => fail("denied"));
  queue.arrange([task]);
  await clock.advance(3000);
  assert.deepEqual([attempts(), results().length], [3, 1]);
  await clock.advance(15_999);
  assert.equal(attempts(), 3);
  await clock.advance(1);
  assert.equal(attempts(), 4);
  await clock.advance(3000 + 31_999);
  assert.equal(attempts(), 6);
  await clock.advance(1);
  assert.equal(attempts(), 7);
});

test("tells of an image as failed that has not come in 20 minutes, and goes on", async () => {
  const { clock, task, queue, results, attempts } = createBench(async () => fail("unavailable", "503"));
  queue.arrange([task]);
  await clock.advance(17 * 60_000);
  assert.equal(results().length, 0);
  await clock.advance(13 * 60_000);
  assert.deepEqual(
    results().map((result) => result.outcome === "failed" && [result.kind, result.message]),
    [["unavailable", "503"]],
  );
  const before = attempts();
  await clock.advance(hourMs);
  assert.ok(attempts() > before);
});

test("begins anew where something has changed", async () => {
  const { clock, task, queue, results, attempts } = createBench(async () => fail("unavailable"));
  queue.arrange([task]);
  await clock.advance(10 * 60_000);
  const before = attempts();
  task.restart();
  queue.hurry(task);
  await clock.advance(3500);
  assert.deepEqual([attempts() - before, results()], [3, []]);
});

test("says that it was cancelled, once", async () => {
  const { clock, task, queue, results } = createBench(hang);
  queue.arrange([task]);
  await clock.advance(1000);
  queue.arrange([]);
  await clock.advance(1000);
  task.cancel();
  assert.deepEqual(
    results().map((result) => result.outcome === "failed" && result.kind),
    ["cancelled"],
  );
});

test("renews its lease before it ends", async () => {
  const { clock, task, queue, releasedHours } = createBench(async () => fail("not-found"));
  queue.arrange([task]);
  await clock.advance(2 * hourMs);
  assert.equal(releasedHours.length, 0);
  await clock.advance(4 * hourMs);
  assert.deepEqual(
    releasedHours.map((hours) => hours.toFixed(1)),
    ["2.6", "5.1"],
  );
});

test("looks whether it is its lease that was not found", async () => {
  const { clock, task, queue, lookedAt } = createBench(async (_, __, attempt) => {
    if (attempt === 1) fail("not-found", "lease does not exist: not found");
  });
  queue.arrange([task]);
  await clock.advance(5000);
  assert.deepEqual(lookedAt, ["docker.io/library/a:1"]);
});

test("keeps its pause when it is taken from the queue and comes back, unless it begins anew", async () => {
  const { clock, task, queue, attempts } = createBench(async () => fail("denied"));
  queue.arrange([task]);
  await clock.advance(3000);
  for (let i = 0; i < 10; i++) {
    queue.arrange([]);
    queue.arrange([task]);
    await clock.advance(1000);
  }
  assert.deepEqual([attempts(), queue.phaseOf(task)], [3, "waiting"]);
  queue.arrange([]);
  task.restart();
  queue.arrange([task]);
  await clock.advance(0);
  assert.equal(attempts(), 4);
});
