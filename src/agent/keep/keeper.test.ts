import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createFakePins } from "../../../test/keep/fake-pins.ts";
import { createLogLines } from "../../../test/keep/log-lines.ts";
import { temporaryFolder } from "../../../test/keep/temporary-folder.ts";
import { desiredOf, listedImage } from "../../../test/keep/world.ts";
import { RuntimeError } from "../../runtime/errors.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";
import type { KeepTurn } from "../keeper.ts";
import { createKeeper, type KeeperSettings, type KeeperTools } from "./keeper.ts";
import { openPullRecord } from "./record.ts";

const [old, young, other] = [listedImage("old:1"), listedImage("young:1"), listedImage("other:1")];
const oldName = "docker.io/library/old:1";

interface BenchOptions {
  readonly settings?: Partial<KeeperSettings>;
  readonly tools?: Partial<KeeperTools>;
}

/** A keeper over a runtime in memory in which `old`, pulled here, and `young`, desired, are present. */
async function createBench(t: TestContext, { settings, tools }: BenchOptions = {}) {
  const clock = createManualClock();
  const { log, lines } = createLogLines();
  const stateDir = await temporaryFolder(t, async () => record.saved());
  const record = await openPullRecord({ stateDir, clock, log });
  const images = new Map<string, RuntimeImage>([old, young, other].map((image) => [image.id, image]));
  const calls: string[] = [];
  const pruned: string[] = [];
  const used = new Set<string>();
  const hooks = { beforeRemove: () => {} };
  const runtime = {
    async listImages() {
      calls.push("list");
      return [...images.values()];
    },
    async removeImage(imageId: string) {
      calls.push(`remove ${imageId}`);
      images.delete(imageId);
    },
  };
  const use = {
    async listUsed() {
      calls.push("use");
      hooks.beforeRemove();
      return used;
    },
  };
  const keeper = createKeeper(
    { pin: false, maxPinned: { percent: 20 }, prune: "remove", graceMs: 15_000, ...settings },
    { runtime, use, record, clock, log, observe: (name) => void pruned.push(name), ...tools },
  );
  keeper.notePulled(oldName, old.id);
  const turn = (more: Partial<KeepTurn> = {}): KeepTurn => ({
    desired: desiredOf(["young:1"]),
    present: [...images.values()],
    diskPressure: undefined,
    ...more,
  });
  /** Takes a turn and waits until its work is over. */
  const take = async (more: Partial<KeepTurn> = {}) => {
    keeper.keep(turn(more));
    await clock.advance(15_000);
  };
  return { clock, record, images, calls, pruned, used, hooks, keeper, lines, turn, take };
}

test("removes what it pulled once nobody desires it for a full sync, after asking everything anew", async (t) => {
  const { calls, images, keeper, lines, pruned, record, take } = await createBench(t);
  await take();
  assert.deepEqual(calls, []);
  await take();
  assert.deepEqual(calls, ["list", "use", `remove ${old.id}`]);
  assert.deepEqual([...images.keys()], [young.id, other.id]);
  assert.deepEqual(pruned, [oldName]);
  assert.equal(record.pulls.size, 0);
  assert.deepEqual(lines, ["info image pruned"]);
  for (let i = 0; i < 10; i++) await take();
  assert.equal(calls.length, 3);
  assert.deepEqual([...keeper.kept], [["pulled-here", 2]]);
});

for (const prune of ["off", "unpin"] as const) {
  test(`removes nothing with --prune=${prune}`, async (t) => {
    const { calls, take } = await createBench(t, { settings: { prune } });
    for (let i = 0; i < 5; i++) await take();
    assert.deepEqual(calls, []);
  });
}

test("removes nothing while a source is empty", async (t) => {
  const empty = { source: "fleets", state: "synced", detail: undefined, images: [] } as const;
  const list = {
    ...empty,
    source: "list",
    images: desiredOf(["young:1"]).images[0]?.requests ?? [],
  } as const;
  const { calls, take } = await createBench(t);
  for (let i = 0; i < 5; i++) await take({ sets: [list, empty] });
  assert.deepEqual(calls, []);
});

test("keeps what is in use, and asks again only minutes later", async (t) => {
  const { calls, images, take, used } = await createBench(t);
  used.add(old.id);
  for (let i = 0; i < 20; i++) await take();
  assert.deepEqual(calls, ["list", "use"]);
  used.clear();
  for (let i = 0; i < 5; i++) await take();
  assert.ok(!images.has(old.id));
});

const changes: Record<string, (bench: Awaited<ReturnType<typeof createBench>>) => void> = {
  "desired again": ({ keeper, turn }) => keeper.keep(turn({ desired: desiredOf(["young:1", "old:1"]) })),
  "of a source that fails": ({ keeper, turn }) =>
    keeper.keep(turn({ desired: desiredOf(["young:1"], false) })),
  "in use": ({ used }) => void used.add(oldName),
};

for (const [what, change] of Object.entries(changes)) {
  test(`keeps an image that is ${what} in the last moment`, async (t) => {
    const bench = await createBench(t);
    bench.hooks.beforeRemove = () => change(bench);
    await bench.take();
    await bench.take();
    assert.deepEqual(bench.calls, ["list", "use"]);
    assert.ok(bench.images.has(old.id));
  });
}

test("keeps an image that somebody tagged or pinned since the turn", async (t) => {
  for (const since of [{ repoTags: [...old.repoTags, "mine.test/x:1"] }, { pinned: true }]) {
    const { calls, images, take } = await createBench(t);
    await take();
    const present = [...images.values()];
    images.set(old.id, { ...old, ...since });
    await take({ present });
    assert.deepEqual(calls, ["list", "use"]);
  }
});

test("removes nothing where the runtime cannot tell what is in use, or a call fails", async (t) => {
  const unknown = await createBench(t, { tools: { use: undefined } });
  const fails = async (): Promise<undefined> => {
    throw new RuntimeError("no answer", { kind: "timeout" });
  };
  const failing = await createBench(t, { tools: { use: { listUsed: fails } } });
  for (const { calls, take } of [unknown, failing]) {
    for (let i = 0; i < 50; i++) await take();
    assert.ok(calls.length <= 4, `${calls.length} calls`);
    assert.ok(calls.every((call) => call === "list"));
  }
  assert.deepEqual(unknown.lines, []);
  assert.deepEqual(failing.lines, ["warn an image that nobody desires cannot be removed"]);
});

test("an image that was here before our pull led to it is not ours", async (t) => {
  const { calls, keeper, take, turn } = await createBench(t);
  const untagged = { ...other, repoTags: [] };
  keeper.keep(turn({ desired: desiredOf(["young:1", "other:1"]), present: [old, young, untagged] }));
  keeper.notePulled("docker.io/library/other:1", other.id);
  for (let i = 0; i < 5; i++) await take();
  assert.deepEqual(
    calls.filter((call) => call.startsWith("remove")),
    [`remove ${old.id}`],
  );
});

test("takes its own pin away first, and removes when the runtime shows it no more", async (t) => {
  const pins = createFakePins([old.id]);
  const { calls, images, take } = await createBench(t, { settings: { pin: true }, tools: { pins } });
  images.set(old.id, { ...old, pinned: true });
  await take();
  await take();
  assert.equal(calls.length, 0);
  assert.ok(!pins.own.has(old.id));
  images.set(old.id, old);
  await take();
  await take();
  assert.ok(calls.includes(`remove ${old.id}`));
});

test("of turns that come while one runs it takes the last only", async (t) => {
  const pins = createFakePins();
  const { clock, keeper, turn } = await createBench(t, {
    settings: { pin: true, maxPinned: { bytes: 1000 }, prune: "off" },
    tools: { pins },
  });
  keeper.keep(turn({ desired: desiredOf([]) }));
  keeper.keep(turn({ desired: desiredOf(["old:1"]) }));
  keeper.keep(turn({ desired: desiredOf(["young:1"]) }));
  await clock.advance(0);
  assert.deepEqual(pins.takeCalls(), ["list", `pin ${young.id}`]);
});

test("close cuts what is under way, writes the record and takes no more", { timeout: 30_000 }, async (t) => {
  const hang = (_: string, { signal }: { signal?: AbortSignal }) =>
    new Promise<boolean>((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  const pins = { ...createFakePins(), pin: hang };
  const { clock, keeper, lines, record, turn } = await createBench(t, {
    settings: { pin: true, maxPinned: { bytes: 1000 } },
    tools: { pins },
  });
  keeper.keep(turn());
  await clock.advance(0);
  await keeper.close();
  keeper.keep(turn());
  await keeper.close();
  assert.equal(record.kept, true);
  assert.deepEqual(lines, []);
});

test("--pin on a runtime without pins is said once", async (t) => {
  const { lines, take } = await createBench(t, { settings: { pin: true, prune: "unpin" } });
  for (let i = 0; i < 3; i++) await take();
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^warn this runtime has no pins/);
});

test("begins the grace anew for an image that was desired in a turn that was passed over", async (t) => {
  const { calls, clock, keeper, take, turn } = await createBench(t);
  await take();
  keeper.keep(turn());
  keeper.keep(turn({ desired: desiredOf(["young:1", "old:1"]) }));
  keeper.keep(turn());
  await clock.advance(10_000);
  assert.deepEqual(
    calls.filter((call) => call.startsWith("remove")),
    [],
  );
  await clock.advance(5000);
  await take();
  await take();
  assert.ok(calls.includes(`remove ${old.id}`));
});
