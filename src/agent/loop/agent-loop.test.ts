import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createAgentBench,
  createBenchSource,
  fail,
  hang,
  listedImage,
} from "../../../test/agent/agent-bench.ts";
import { normalizedName, parseReference } from "../../image/reference.ts";

const nameOf = (ref: string) => normalizedName(parseReference(ref));
const minuteMs = 60_000;

test("pulls what is missing and asks for nothing that is present", async () => {
  const { clock, store, pulls, source, run, image, calls, noted } = createAgentBench();
  store.set(nameOf("there:1"), listedImage("there:1"));
  void run();
  source.set(["there:1", "missing:1"]);
  await clock.advance(0);
  assert.deepEqual(pulls, ["missing:1"]);
  assert.deepEqual([image("there:1")?.phase, image("there:1")?.pulledHere], ["present", false]);
  assert.deepEqual([image("missing:1")?.phase, image("missing:1")?.pulledHere], ["present", true]);
  assert.deepEqual(noted, [nameOf("missing:1")]);
  // The pull's own answer says what the runtime has now.
  assert.equal(calls.lists, 2);
});

test("asks the runtime for its list four times a minute when idle, and for nothing else", async () => {
  const { clock, source, run, calls, pulls } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(minuteMs);
  const before = calls.lists;
  await clock.advance(10 * minuteMs);
  assert.deepEqual([calls.lists - before, pulls.length], [40, 1]);
});

test("begins to pull as soon as a source changes, with the list that it has", async () => {
  const { clock, source, run, pulls, calls } = createAgentBench();
  void run();
  await clock.advance(5000);
  const before = calls.lists;
  source.set(["new:1"]);
  await clock.advance(0);
  assert.deepEqual([pulls, calls.lists], [["new:1"], before]);
});

test("lets the other images flow while one hangs, and frees its slot at the attempt's timeout", async () => {
  const stuck = new Set(["stuck:1"]);
  const { clock, source, run, pulls, image } = createAgentBench((ref, bounds, attempt) =>
    stuck.has(ref) ? hang(ref, bounds, attempt) : Promise.resolve(),
  );
  void run({}, { maxParallel: 1 });
  source.set(["stuck:1", "a:1", "b:1"]);
  await clock.advance(29_000);
  assert.deepEqual(pulls, ["stuck:1"]);
  await clock.advance(1000);
  assert.deepEqual(pulls, ["stuck:1", "a:1", "b:1"]);
  assert.deepEqual(
    [image("stuck:1")?.phase, image("stuck:1")?.tried, image("stuck:1")?.failure?.kind],
    ["waiting", true, "timeout"],
  );
  stuck.clear();
  await clock.advance(2000);
  assert.deepEqual([image("stuck:1")?.phase, image("stuck:1")?.failure], ["present", undefined]);
});

test("cancels the pull of an image that is no longer desired", async () => {
  const { clock, source, run, statuses, pullEvents } = createAgentBench(hang);
  void run();
  source.set(["a:1"]);
  await clock.advance(0);
  source.set([]);
  await clock.advance(0);
  assert.deepEqual(statuses.at(-1)?.images, []);
  const ends = pullEvents.flatMap((event) => (event.type === "done" ? [event.result] : []));
  assert.deepEqual(
    ends.map((result) => result.outcome === "failed" && result.kind),
    ["cancelled"],
  );
});

test("repairs a deletion at once when the runtime tells of it", async () => {
  const { clock, source, run, pulls, image, remove, tell } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(1000);
  remove("a:1");
  tell()?.onEvent({ type: "deleted", name: nameOf("a:1") });
  await clock.advance(0);
  assert.deepEqual([pulls, image("a:1")?.phase], [["a:1", "a:1"], "present"]);
});

test("looks again when the runtime's list is behind its events", async () => {
  const { clock, source, run, pulls, remove, tell } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(1000);
  tell()?.onEvent({ type: "deleted", name: nameOf("a:1") });
  await clock.advance(0);
  remove("a:1");
  await clock.advance(20);
  assert.deepEqual(pulls, ["a:1", "a:1"]);
});

test("repairs a deletion at the next sync where nothing tells of it", async () => {
  const { clock, source, run, pulls, remove } = createAgentBench();
  void run({ events: undefined });
  source.set(["a:1"]);
  await clock.advance(1000);
  remove("a:1");
  await clock.advance(15_000);
  assert.deepEqual(pulls, ["a:1", "a:1"]);
});

test("ignores events of images that nobody desires", async () => {
  const { clock, source, run, calls, tell } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(1000);
  const before = calls.lists;
  tell()?.onEvent({ type: "deleted", name: nameOf("other:1") });
  tell()?.onEvent({ type: "updated", name: "sha256:other" });
  await clock.advance(1000);
  assert.equal(calls.lists, before);
});

test("does not fight over an image that is deleted again within the hour, and says so once", async () => {
  const { clock, source, run, pulls, image, remove, lines } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(1000);
  remove("a:1");
  await clock.advance(15_000);
  remove("a:1");
  await clock.advance(9 * minuteMs);
  assert.deepEqual(
    [pulls.length, image("a:1")?.phase, image("a:1")?.reason],
    [2, "held-back", "EvictedByGC"],
  );
  await clock.advance(2 * minuteMs);
  assert.deepEqual([pulls.length, image("a:1")?.phase, image("a:1")?.reason], [3, "present", undefined]);
  remove("a:1");
  await clock.advance(minuteMs);
  const warnings = lines.filter((line) => line.includes('"warn"'));
  assert.deepEqual([warnings.length, warnings[0]?.includes("--pin")], [1, true]);
});

test("takes nothing for deleted while the runtime is away, and goes on when it answers", async () => {
  const { clock, source, run, pulls, statuses, faults, store, tell, image } = createAgentBench(
    async (ref) => {
      if (ref === "b:1" && faults.list !== undefined) fail("unavailable");
    },
  );
  void run();
  source.set(["a:1"]);
  await clock.advance(1000);
  faults.list = async () => fail("unavailable");
  tell()?.onLost(new Error("lost"));
  store.clear();
  source.set(["a:1", "b:1"]);
  await clock.advance(5 * minuteMs);
  assert.equal(image("a:1")?.phase, "present");
  assert.match(String(statuses.at(-1)?.runtimeError), /as told/);
  assert.equal(image("b:1")?.phase, "waiting");
  store.set(nameOf("a:1"), listedImage("a:1"));
  faults.list = undefined;
  const before = pulls.length;
  await clock.advance(5000);
  assert.deepEqual([statuses.at(-1)?.runtimeError, image("a:1")?.phase], [undefined, "present"]);
  assert.deepEqual([pulls.slice(before), image("b:1")?.phase], [["b:1"], "present"]);
});

test("pulls for a source that has spoken while another one has not", async () => {
  const { clock, source, run, pulls, statuses } = createAgentBench();
  void run({ sources: [createBenchSource("fleets"), source] });
  source.set(["a:1"]);
  await clock.advance(0);
  assert.deepEqual([pulls, statuses.at(-1)?.complete], [["a:1"], false]);
  assert.deepEqual(
    statuses.at(-1)?.sources.map(({ state }) => state),
    ["waiting", "synced"],
  );
});

test("pulls nothing before the runtime has listed its images once", async () => {
  const { clock, source, run, pulls, faults, image } = createAgentBench();
  faults.list = async () => fail("unavailable");
  void run();
  source.set(["a:1"]);
  await clock.advance(minuteMs);
  assert.deepEqual([pulls, image("a:1")?.phase, image("a:1")?.tried], [[], "queued", false]);
  faults.list = undefined;
  await clock.advance(5000);
  assert.deepEqual(pulls, ["a:1"]);
});

test("does not take a pull for deleted that ended while an older list was on its way", async () => {
  const { clock, source, run, pulls, faults, tell, image } = createAgentBench(() => clock.sleep(100));
  void run();
  await clock.advance(1000);
  source.set(["a:1"]);
  faults.list = () => clock.sleep(200);
  tell()?.onConnected();
  await clock.advance(minuteMs);
  assert.deepEqual([pulls, image("a:1")?.phase], [["a:1"], "present"]);
});

test("tries in rounds with growing pauses what a registry does not have", async () => {
  const { clock, source, run, pulls, image } = createAgentBench(async () => fail("not-found"));
  void run();
  source.set(["a:1"]);
  await clock.advance(5000);
  assert.deepEqual(
    [pulls.length, image("a:1")?.phase, image("a:1")?.failure?.kind],
    [3, "waiting", "not-found"],
  );
  await clock.advance(20_000);
  assert.equal(pulls.length, 6);
  await clock.advance(60 * minuteMs);
  const before = pulls.length;
  await clock.advance(60 * minuteMs);
  assert.equal(pulls.length - before, 18);
});

test("tries at once when somebody new asks for an image that waits", async () => {
  const { clock, source, run, pulls } = createAgentBench(async (_, __, attempt) => {
    if (attempt <= 3) fail("not-found");
  });
  void run();
  source.set(["a:1"], "synced", "first");
  await clock.advance(5000);
  source.set(["a:1"], "synced", "first");
  await clock.advance(0);
  assert.equal(pulls.length, 3);
  source.set(["a:1"], "synced", "second");
  await clock.advance(0);
  assert.equal(pulls.length, 4);
});

test("holds pulls back while the disk has too little room, and looks again at each sync", async () => {
  const { clock, source, run, pulls, image } = createAgentBench();
  const space = { totalBytes: 100, freeBytes: 5 };
  void run({ disk: { read: async () => ({ ...space }) } }, { minFree: { percent: 10 } });
  source.set(["a:1"]);
  await clock.advance(minuteMs);
  assert.deepEqual([pulls, image("a:1")?.phase, image("a:1")?.reason], [[], "held-back", "DiskFloor"]);
  space.freeBytes = 50;
  await clock.advance(16_000);
  assert.deepEqual([pulls, image("a:1")?.phase], [["a:1"], "present"]);
});

test("pulls nothing under disk pressure, and lets what runs go on", async () => {
  const { clock, source, run, pulls, image } = createAgentBench(() => clock.sleep(5000));
  const calm = { name: "n", labels: {}, taints: [], diskPressure: false };
  let node = calm;
  let onNode = () => {};
  const runNode = async (onChange: () => void) => {
    onNode = onChange;
  };
  void run({ node: () => node, runNode }, { maxParallel: 1 });
  source.set(["a:1", "b:1"]);
  await clock.advance(1000);
  node = { ...calm, diskPressure: true };
  onNode();
  await clock.advance(minuteMs);
  assert.deepEqual([pulls, image("a:1")?.phase, image("b:1")?.reason], [["a:1"], "present", "DiskPressure"]);
  node = calm;
  onNode();
  await clock.advance(10_000);
  assert.deepEqual(pulls, ["a:1", "b:1"]);
});

test("desires nothing while the node is not known yet", async () => {
  const { clock, source, run, pulls } = createAgentBench();
  void run({ node: () => "waiting" });
  source.set(["a:1"]);
  await clock.advance(minuteMs);
  assert.deepEqual(pulls, []);
});

test("does not pull again and again what the runtime lists under a name of its own", async () => {
  const { clock, source, run, pulls, tools, image } = createAgentBench();
  const own = { ...listedImage("quay.io/own/a:1"), id: "sha256:own" };
  const runtime = { ...tools.runtime, imageStatus: async () => own };
  runtime.listImages = async () => (pulls.length === 0 ? [] : [own]);
  void run({ runtime, pullTools: { ...tools.pullTools, runtime } });
  source.set(["a:1"]);
  await clock.advance(10 * minuteMs);
  assert.deepEqual([pulls, image("a:1")?.phase], [["a:1"], "present"]);
});

test("gives the keeper each turn's desired and present images, but not a list that may be wrong", async () => {
  const { clock, source, run, turns, faults } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(0);
  assert.deepEqual([turns.at(-1)?.desired.images.length, turns.at(-1)?.present.length], [1, 1]);
  faults.list = async () => fail("unavailable");
  await clock.advance(15_000);
  turns.length = 0;
  await clock.advance(minuteMs);
  assert.equal(turns.length, 0);
});

test("ends within two seconds although a pull does not listen", async () => {
  const { clock, source, run, stop } = createAgentBench(() => new Promise(() => {}));
  let ended = false;
  const done = run().then(() => {
    ended = true;
  });
  source.set(["a:1"]);
  await clock.advance(1000);
  stop.abort(new Error("SIGTERM"));
  await clock.advance(2000);
  assert.equal(ended, true);
  await done;
});

test("cancels what runs when it is stopped and begins no more", async () => {
  const { clock, source, run, stop, pulls } = createAgentBench(hang);
  const done = run();
  source.set(["a:1", "b:1", "c:1"]);
  await clock.advance(1000);
  stop.abort(new Error("SIGTERM"));
  await clock.advance(0);
  await done;
  assert.equal(pulls.length, 2);
  assert.equal(clock.sleepers(), 0);
});

test("goes on after a turn that failed", async () => {
  const { clock, source, run, pulls, tools, lines } = createAgentBench();
  let broken = true;
  void run({
    decideDesired: (sets, node) => {
      if (broken) throw new Error("defect");
      return tools.decideDesired(sets, node);
    },
  });
  source.set(["a:1"]);
  await clock.advance(1000);
  broken = false;
  await clock.advance(15_000);
  assert.deepEqual([pulls, lines.some((line) => line.includes("defect"))], [["a:1"], true]);
});

test("gives leases back when nothing is pulled, and keeps those that a stop interrupts", async () => {
  const { clock, source, run, stop, tools } = createAgentBench((ref, bounds, attempt) =>
    ref === "slow:1" ? hang(ref, bounds, attempt) : Promise.resolve(),
  );
  const released: string[][] = [];
  const leases = {
    ...tools.pullTools.leases,
    releaseAll: async (names: readonly string[]) => void released.push([...names]),
  };
  const done = run({ pullTools: { ...tools.pullTools, leases } });
  source.set(["a:1", "slow:1"]);
  await clock.advance(1000);
  assert.deepEqual(released, []);
  source.set(["a:1"]);
  await clock.advance(0);
  source.set(["a:1", "slow:1"]);
  await clock.advance(20_000);
  assert.deepEqual(released, [[nameOf("a:1"), nameOf("slow:1")]]);
  stop.abort(new Error("stop"));
  await clock.advance(0);
  await done;
  assert.equal(released.length, 1);
});

test("keeps the pause between attempts while the disk is looked at anew", async () => {
  const { clock, source, run, pulls } = createAgentBench(hang);
  const disk = { read: async () => ({ totalBytes: 100, freeBytes: 50 }) };
  const pace = { initialDelayMs: 60_000, initialTimeoutMs: 60_000, syncPeriodMs: 5000 };
  void run({ disk }, { ...pace, minFree: { percent: 10 } });
  source.set(["a:1"]);
  await clock.advance(60_000 + 59_000);
  assert.equal(pulls.length, 1);
  await clock.advance(2000);
  assert.equal(pulls.length, 2);
});

test("tells the keeper of what is desired anew also while the runtime is away", async () => {
  const { clock, source, run, turns, faults } = createAgentBench();
  void run();
  source.set(["a:1"]);
  await clock.advance(1000);
  faults.list = async () => fail("unavailable");
  await clock.advance(minuteMs);
  turns.length = 0;
  source.set(["a:1", "b:1"]);
  await clock.advance(minuteMs);
  assert.deepEqual(
    turns.map(({ desired }) => desired.images.length),
    [2],
  );
});

test("gives the lease back of an image that somebody else pulled meanwhile", async () => {
  const { clock, source, run, store, tools } = createAgentBench(async () => fail("unavailable"));
  const released: string[] = [];
  const leases = {
    ...tools.pullTools.leases,
    releaseAll: async (names: readonly string[]) => void released.push(...names),
  };
  void run({ pullTools: { ...tools.pullTools, leases } });
  source.set(["a:1"]);
  await clock.advance(1000);
  assert.deepEqual(released, []);
  store.set(nameOf("a:1"), listedImage("a:1"));
  await clock.advance(2 * minuteMs);
  assert.deepEqual(released, [nameOf("a:1")]);
});
