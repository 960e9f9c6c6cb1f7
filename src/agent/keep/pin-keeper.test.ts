import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createFakePins } from "../../../test/keep/fake-pins.ts";
import { createLogLines } from "../../../test/keep/log-lines.ts";
import { desiredOf, listedImage } from "../../../test/keep/world.ts";
import { RuntimeError } from "../../runtime/errors.ts";
import { createPinKeeper, type PinKeeperOptions } from "./pin-keeper.ts";
import { createSaidFaults } from "./said-faults.ts";

const [a, b] = [listedImage("a:1"), listedImage("b:1")];

function createBench(more: Partial<PinKeeperOptions> = {}, own: readonly string[] = []) {
  const clock = createManualClock();
  const pins = createFakePins(own);
  const { log, lines } = createLogLines();
  const faults = createSaidFaults(log.warn);
  const keeper = createPinKeeper({
    enabled: true,
    maxPinned: { bytes: 1000 },
    pins,
    disk: undefined,
    clock,
    log,
    faults,
    ...more,
  });
  const { signal } = new AbortController();
  const take = async (refs: readonly string[], present: (typeof a)[], turn = {}) => {
    await keeper.apply({ desired: desiredOf(refs), present, diskPressure: undefined, ...turn }, signal);
    return pins.takeCalls();
  };
  /** The images as the runtime shows them with the pins that there are. */
  const shown = (...images: (typeof a)[]) =>
    images.map((image) => ({ ...image, pinned: pins.own.has(image.id) }));
  return { clock, pins, keeper, lines, take, shown };
}

test("pins once, and then a turn costs no call", async () => {
  const { clock, keeper, lines, take, shown } = createBench();
  assert.deepEqual(await take(["a:1"], [a, b]), ["list", `pin ${a.id}`]);
  assert.deepEqual(keeper.pinned, { images: 1, bytes: 100 });
  for (let i = 0; i < 39; i++) {
    await clock.advance(15_000);
    assert.deepEqual(await take(["a:1"], shown(a, b)), []);
  }
  assert.deepEqual(lines, ["info image pinned"]);
});

test("lists its pins again after ten minutes", async () => {
  const { clock, take, shown } = createBench();
  await take(["a:1"], [a]);
  await clock.advance(600_000);
  assert.deepEqual(await take(["a:1"], shown(a)), ["list"]);
});

test("a restart knows its pins and takes away those that nobody desires, also where pinning is off now", async () => {
  const restarted = createBench({}, [a.id, b.id]);
  assert.deepEqual(await restarted.take(["a:1"], restarted.shown(a, b)), ["list", `unpin ${b.id}`]);
  const off = createBench({ enabled: false }, [a.id]);
  assert.deepEqual(await off.take(["a:1"], off.shown(a)), ["list", `unpin ${a.id}`]);
  assert.deepEqual(await off.take(["a:1"], off.shown(a)), []);
});

test("sets a pin again that a replaced record lost", async () => {
  const { clock, take, shown } = createBench();
  await take(["a:1"], [a]);
  await clock.advance(5000);
  assert.deepEqual(await take(["a:1"], shown(a)), []);
  assert.deepEqual(await take(["a:1"], [a]), [`pin ${a.id}`]);
});

test("does not take the list that it pinned from, or one right after it, for a lost pin", async () => {
  const { clock, take } = createBench();
  const list = [a];
  await take(["a:1"], list);
  await clock.advance(10_000);
  assert.deepEqual(await take(["a:1"], list), []);
  const quick = createBench();
  await quick.take(["a:1"], [a]);
  await quick.clock.advance(500);
  assert.deepEqual(await quick.take(["a:1"], [a]), []);
});

test("a runtime that never shows pins is said once, and then asked every ten minutes only", async () => {
  const { clock, lines, take } = createBench();
  let calls = 0;
  for (let i = 0; i < 240; i++) {
    calls += (await take(["a:1"], [{ ...a }])).filter((call) => call.startsWith("pin")).length;
    await clock.advance(15_000);
  }
  assert.ok(calls > 3 && calls <= 10, `${calls} calls in an hour`);
  assert.equal(lines.filter((line) => line.startsWith("warn the runtime shows no pins")).length, 1);
});

test("an image that cannot be pinned keeps no other, and is left alone for a while", async () => {
  const { clock, pins, lines, take, shown } = createBench();
  pins.refusals.set(a.id, "throws");
  assert.deepEqual(await take(["a:1", "b:1"], [a, b]), ["list", `pin ${a.id}`, `pin ${b.id}`]);
  await clock.advance(15_000);
  assert.deepEqual(await take(["a:1", "b:1"], shown(a, b)), []);
  pins.refusals.clear();
  await clock.advance(600_000);
  assert.deepEqual(await take(["a:1", "b:1"], shown(a, b)), ["list", `pin ${a.id}`]);
  assert.equal(lines.filter((line) => line.startsWith("warn")).length, 1);
});

test("an image that was refused is tried at once when it comes back", async () => {
  const { pins, take } = createBench();
  pins.refusals.set(a.id, "answers false");
  await take(["a:1"], [a]);
  pins.refusals.clear();
  await take(["a:1"], []);
  assert.deepEqual(await take(["a:1"], [a]), [`pin ${a.id}`]);
});

test("a runtime that is away is said once, and its pins are listed again when it is back", async () => {
  const { clock, pins, keeper, lines, take, shown } = createBench();
  pins.fail(new RuntimeError("connect ECONNREFUSED", { kind: "unavailable" }));
  for (let i = 0; i < 5; i++) {
    assert.deepEqual(await take(["a:1"], [a]), ["list"]);
    assert.deepEqual(await take(["a:1"], [a]), []);
    await clock.advance(15_000);
  }
  assert.equal(keeper.own, undefined);
  assert.equal(lines.length, 1);
  pins.fail(undefined);
  assert.deepEqual(await take(["a:1"], [a]), ["list", `pin ${a.id}`]);
  pins.fail(new RuntimeError("connect ECONNREFUSED", { kind: "unavailable" }));
  await take([], shown(a));
  pins.fail(undefined);
  await clock.advance(5000);
  assert.deepEqual(await take([], shown(a)), ["list", `unpin ${a.id}`]);
});

test("takes all pins away under disk pressure and sets them again after it", async () => {
  const { take, shown } = createBench();
  await take(["a:1"], [a]);
  assert.deepEqual(await take(["a:1"], shown(a), { diskPressure: true }), [`unpin ${a.id}`]);
  assert.deepEqual(await take(["a:1"], shown(a), { diskPressure: true }), []);
  assert.deepEqual(await take(["a:1"], shown(a), { diskPressure: false }), [`pin ${a.id}`]);
});

test("a part of the disk is measured by its size, which is read with the pins", async () => {
  let reads = 0;
  const disk = {
    async read() {
      reads += 1;
      return { totalBytes: 1000, freeBytes: 0 };
    },
  };
  const { lines, take, shown } = createBench({ maxPinned: { percent: 15 }, disk });
  assert.deepEqual(await take(["a:1", "b:1"], [a, b]), ["list", `pin ${a.id}`]);
  for (let i = 0; i < 10; i++) assert.deepEqual(await take(["a:1", "b:1"], shown(a, b)), []);
  assert.equal(reads, 1);
  assert.deepEqual(lines, ["info image not pinned", "info image pinned"]);
});

test("a disk that cannot be read pins nothing by a part of it", async () => {
  const disk = {
    async read(): Promise<undefined> {
      throw new RuntimeError("no answer", { kind: "timeout" });
    },
  };
  const { lines, take } = createBench({ maxPinned: { percent: 15 }, disk });
  assert.deepEqual(await take(["a:1"], [a]), ["list"]);
  assert.deepEqual(lines, ["warn the size of the disk for images cannot be read", "info image not pinned"]);
});
