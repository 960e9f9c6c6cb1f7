import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import type { DiskSpace } from "../../runtime/image-disk.ts";
import { createDiskGauge } from "./disk-gauge.ts";

function createBench(read: () => Promise<DiskSpace | undefined>, percent = 10) {
  const clock = createManualClock();
  const lines: string[] = [];
  const log = createLogger({ level: "info", format: "json", clock, write: (line) => void lines.push(line) });
  const counts = { reads: 0, changes: 0 };
  const disk = {
    read() {
      counts.reads += 1;
      return read();
    },
  };
  const settings = { minFree: { percent }, trustMs: 30_000 };
  const onChange = () => {
    counts.changes += 1;
  };
  const gauge = createDiskGauge(disk, settings, clock, log, onChange, new AbortController().signal);
  return { clock, gauge, counts, lines };
}

test("does not know at first, and says when it does", async () => {
  const { clock, gauge, counts } = createBench(async () => ({ totalBytes: 100, freeBytes: 50 }));
  assert.equal(gauge.room(), "unknown");
  await clock.advance(0);
  assert.deepEqual([gauge.room(), counts.changes, counts.reads], ["enough", 1, 1]);
});

test("looks at the disk only where somebody asks, and not at every question", async () => {
  const { clock, gauge, counts } = createBench(async () => ({ totalBytes: 100, freeBytes: 50 }));
  await clock.advance(60_000);
  assert.equal(counts.reads, 0);
  for (let i = 0; i < 20; i++) {
    gauge.room();
    await clock.advance(100);
  }
  assert.equal(counts.reads, 2);
});

test("does not rely on an old look", async () => {
  const { clock, gauge } = createBench(async () => ({ totalBytes: 100, freeBytes: 50 }));
  gauge.room();
  await clock.advance(31_000);
  assert.equal(gauge.room(), "unknown");
});

test("says once that there is too little room, and sees when that is over", async () => {
  const space = { totalBytes: 100, freeBytes: 5 };
  const { clock, gauge, lines, counts } = createBench(async () => ({ ...space }));
  for (let i = 0; i < 3; i++) {
    gauge.room();
    await clock.advance(15_000);
  }
  assert.deepEqual([gauge.room(), lines.length, counts.changes], ["too-little", 1, 1]);
  space.freeBytes = 50;
  await clock.advance(2000);
  gauge.room();
  await clock.advance(0);
  assert.deepEqual([gauge.room(), counts.changes], ["enough", 2]);
});

test("stops nothing where the disk cannot be seen, or is not to be looked at", async () => {
  const unseen = createBench(() => Promise.reject(new Error("no")));
  unseen.gauge.room();
  await unseen.clock.advance(0);
  assert.equal(unseen.gauge.room(), "enough");
  const off = createBench(async () => ({ totalBytes: 100, freeBytes: 0 }), 0);
  assert.deepEqual([off.gauge.room(), off.counts.reads], ["enough", 0]);
});
