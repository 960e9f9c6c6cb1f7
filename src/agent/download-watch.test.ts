import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { createLogger } from "../lib/log.ts";
import type { ActiveDownload, RuntimeDownloads } from "../runtime/downloads.ts";
import { createDownloadWatch } from "./download-watch.ts";

const manifest = "sha256:manifest";
const layer = "sha256:layer";

/** A runtime whose downloads the test moves by hand; one image of one layer of 100 bytes. */
function createBench(patienceMs = 0, sums = true) {
  const clock = createManualClock();
  const log = createLogger({ level: "error", format: "json", clock, write: () => {} });
  const runtime = {
    active: [] as ActiveDownload[],
    completed: [] as string[],
    calls: 0,
    fails: false,
    unreadable: 0,
    lostLease: "",
  };
  const downloads: RuntimeDownloads = {
    createLease: async () => "lease",
    deleteLease: async () => {},
    async listActive() {
      runtime.calls += 1;
      if (runtime.fails) throw new Error("away");
      return runtime.active;
    },
    async listCompleted(leaseId) {
      if (leaseId === runtime.lostLease) throw new Error("no such lease");
      return runtime.completed;
    },
    discard: async () => {},
    async readLayers(digest) {
      if (runtime.unreadable-- > 0) throw new Error("busy disk");
      return digest === manifest ? { layers: [{ digest: layer, sizeBytes: 100 }] } : undefined;
    },
  };
  const stop = new AbortController();
  const totals: number[] = [];
  const watch = createDownloadWatch(
    downloads,
    clock,
    log,
    sums ? (bytes) => totals.push(bytes) : undefined,
    stop.signal,
    patienceMs,
  );
  const seen: string[] = [];
  const pull = {
    leaseId: "lease",
    stallTimeoutMs: 2000,
    onProgress: (done: number, total: number) => seen.push(`${done}/${total}`),
    onMoved: () => seen.push("moved"),
    onStalled: (download: ActiveDownload) => seen.push(`stalled at ${download.offsetBytes}`),
  };
  return { clock, runtime, watch, pull, seen, stop, totals };
}

test("says nothing before the manifest is there, then how far the layers are", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  watch.add(pull);
  await clock.advance(500);
  assert.deepEqual(seen, []);
  runtime.completed = ["sha256:config", manifest];
  runtime.active = [{ digest: layer, offsetBytes: 30 }];
  await clock.advance(500);
  assert.deepEqual(seen, ["30/100", "moved"]);
});

test("finds a download that stands still", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  runtime.completed = [manifest];
  runtime.active = [{ digest: layer, offsetBytes: 30 }];
  watch.add(pull);
  await clock.advance(2000);
  assert.ok(!seen.includes("stalled at 30"));
  await clock.advance(500);
  assert.ok(seen.includes("stalled at 30"));
});

test("takes waiting behind other images' downloads for no fault", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  runtime.completed = [manifest];
  runtime.active = [{ digest: "sha256:other", offsetBytes: 1 }];
  watch.add(pull);
  await clock.advance(500);
  assert.deepEqual(seen, ["0/100", "moved"]);
});

test("counts a layer that two images share once, and all of it when a pull succeeds", async () => {
  const { clock, runtime, watch, pull, totals } = createBench();
  runtime.completed = [manifest];
  runtime.active = [{ digest: layer, offsetBytes: 30 }];
  const end = watch.add(pull);
  watch.add({ ...pull, leaseId: "other" });
  await clock.advance(500);
  assert.equal(totals.at(-1), 30);
  end(true);
  assert.equal(totals.at(-1), 100);
});

test("makes no call with nothing to watch, and starts again", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  watch.add(pull)(false);
  await clock.advance(10_000);
  const calls = runtime.calls;
  await clock.advance(10_000);
  assert.equal(runtime.calls, calls);
  runtime.completed = [manifest];
  watch.add(pull);
  await clock.advance(500);
  assert.deepEqual(seen, ["0/100"]);
});

test("goes on after calls that fail", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  runtime.completed = [manifest];
  runtime.fails = true;
  watch.add(pull);
  await clock.advance(2000);
  runtime.fails = false;
  await clock.advance(500);
  assert.deepEqual(seen, ["0/100"]);
});

test("ends when it is stopped", async () => {
  const { clock, watch, pull, stop } = createBench();
  watch.add(pull);
  await clock.advance(100);
  stop.abort();
  await clock.advance(0);
  assert.equal(clock.sleepers(), 0);
});

test("does not look at a pull that is younger than its patience", async () => {
  const { clock, runtime, watch, pull } = createBench(5000);
  watch.add({ ...pull, stallTimeoutMs: 30_000 });
  await clock.advance(4900);
  assert.equal(runtime.calls, 0);
  await clock.advance(500);
  assert.equal(runtime.calls, 1);
});

test("is less patient where a stall could not be seen in time", async () => {
  const { clock, runtime, watch, pull } = createBench(5000);
  watch.add(pull);
  await clock.advance(500);
  assert.equal(runtime.calls, 1);
});

test("does not take for work what a cut pull left behind and stands still", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  runtime.completed = [manifest];
  runtime.active = [{ digest: "sha256:other", offsetBytes: 1 }];
  watch.add(pull);
  await clock.advance(500);
  seen.length = 0;
  await clock.advance(500);
  assert.deepEqual(seen, ["0/100"]);
});

test("sees an image whose manifest could not be read at first", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  runtime.completed = [manifest];
  runtime.unreadable = 1;
  watch.add(pull);
  await clock.advance(500);
  assert.deepEqual(seen, []);
  await clock.advance(500);
  assert.deepEqual(seen, ["0/100"]);
});

test("sees the other images when the lease of one is gone", async () => {
  const { clock, runtime, watch, pull, seen } = createBench();
  runtime.completed = [manifest];
  runtime.lostLease = "gone";
  watch.add({ ...pull, leaseId: "gone" });
  watch.add(pull);
  await clock.advance(500);
  assert.deepEqual(seen, ["0/100"]);
});

/** Ends the only pull just before the loop looks what is left, and begins the next so many microtasks later. */
async function changeOver(microtasks: number): Promise<number> {
  const { clock, watch, pull, runtime } = createBench();
  const { sleep } = clock;
  clock.sleep = async (ms, signal) => {
    clock.sleep = sleep;
    await sleep(ms, signal);
    end(true);
    void beginLater(microtasks);
  };
  const beginLater = async (count: number) => {
    for (let i = 0; i < count; i++) await Promise.resolve();
    watch.add(pull);
  };
  const end = watch.add(pull);
  await clock.advance(5000);
  return runtime.calls;
}

test("watches a pull that begins in the moment in which the last one is over", async () => {
  for (let microtasks = 0; microtasks < 10; microtasks++) {
    assert.ok((await changeOver(microtasks)) > 0, `${microtasks} microtasks later`);
  }
});

test("tells a pull its progress where nobody wants the sum of all", async () => {
  const { clock, runtime, watch, pull, seen, totals } = createBench(0, false);
  watch.add(pull);
  runtime.completed = [manifest];
  runtime.active = [{ digest: layer, offsetBytes: 10 }];
  await clock.advance(600);
  assert.deepEqual([seen.includes("10/100"), totals], [true, []]);
});
