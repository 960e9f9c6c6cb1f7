import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PodView } from "../promotion/pod-view.ts";
import { parsePodView } from "../promotion/pod-view.ts";
import { decideSlots, endPause, releaseSlot, type SlotDecision, type SlotNode } from "./decide-slots.ts";
import { newSlots, type SlotState, slotBudget } from "./state.ts";

type Phase = "gated" | "starting" | "failing" | "limited" | "ready" | "evicted";

/** A pod of the DaemonSet, as the API server would tell of it. */
function podOf(index: number, phase: Phase, uid = `uid-${index}`): PodView {
  const messages = { failing: "rpc error: code = NotFound", limited: "pull QPS exceeded" };
  const isFailing = phase === "failing" || phase === "limited";
  const waiting = isFailing
    ? { reason: "ImagePullBackOff", message: messages[phase] }
    : { reason: "ContainerCreating" };
  const pod = parsePodView({
    metadata: { name: `pod-${index}`, uid },
    spec: {
      affinity: affinityTo(`node-${index}`),
      containers: [{ name: "pause-1", image: "pause" }],
      ...(phase === "gated" && { schedulingGates: [{ name: "prestow.dev/slot" }] }),
    },
    status: {
      phase: phase === "evicted" ? "Failed" : "Pending",
      conditions: [{ type: "Ready", status: phase === "ready" ? "True" : "False" }],
      containerStatuses: [{ name: "pause-1", state: phase === "ready" ? { running: {} } : { waiting } }],
    },
  });
  assert.ok(pod);
  return pod;
}

function affinityTo(node: string) {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] }];
  const required = { nodeSelectorTerms: [{ matchFields }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
}

/** A cluster in which what is ungated begins to start at once. */
function createCluster(size: number, budget: number) {
  const phases: Phase[] = Array.from({ length: size }, () => "gated");
  let state: SlotState = newSlots;
  let nowMs = 1000;
  const nodes = new Map<string, SlotNode>();
  for (let index = 0; index < size; index += 1) {
    nodes.set(`node-${index}`, { ready: true, diskPressure: false });
  }
  const uids = phases.map((_, index) => `uid-${index}`);
  const made = new Map<string, PodView>();
  const podNow = (phase: Phase, index: number): PodView => {
    const key = `${index} ${phase} ${uids[index]}`;
    const pod = made.get(key) ?? podOf(index, phase, uids[index]);
    made.set(key, pod);
    return pod;
  };
  const decide = (): SlotDecision => {
    const pods = phases.map(podNow);
    const decision = decideSlots(state, { pods, nodes, budget, nowMs });
    state = decision.state;
    for (const { name } of decision.ungate) phases[Number(name.slice(4))] = "starting";
    return decision;
  };
  return {
    phases,
    nodes,
    decide,
    set: (index: number, phase: Phase) => {
      phases[index] = phase;
    },
    replace: (index: number) => {
      uids[index] = `${uids[index]}+`;
      phases[index] = "gated";
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
    restart: () => {
      state = newSlots;
    },
    now: () => nowMs,
    count: (...wanted: Phase[]) => phases.filter((phase) => wanted.includes(phase)).length,
    list: (wanted: Phase) => phases.flatMap((phase, index) => (phase === wanted ? [index] : [])),
    state: () => state,
  };
}

/** Lets time pass until a slot is given. */
function passUntilGiven({ decide, pass, now }: ReturnType<typeof createCluster>): void {
  const endMs = now() + 3_600_000;
  while (decide().ungate.length === 0) {
    assert.ok(now() < endMs, "no slot is given within an hour");
    pass(1000);
  }
}

const names = ({ ungate }: SlotDecision) => ungate.map(({ name }) => name);

test("begins with one node, and each that gets ready admits two more up to the budget", () => {
  const cluster = createCluster(20, 4);
  const given: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    given.push(cluster.decide().ungate.length);
    for (const index of cluster.list("starting")) cluster.set(index, "ready");
  }
  assert.deepEqual(given, [1, 2, 4, 4, 4, 4]);
});

test("gives nothing again while nothing changes, and says when to look again", () => {
  const cluster = createCluster(3, 3);
  assert.deepEqual(names(cluster.decide()), ["pod-0"]);
  const second = cluster.decide();
  assert.deepEqual([names(second), second.open, second.waiting], [[], 1, 2]);
  assert.equal(second.wakeMs, 1000 + 600_000);
});

test("a pod that cannot pull for two minutes gives its slot back, and the window is halved", () => {
  const cluster = createCluster(40, 16);
  for (let round = 0; round < 4; round += 1) {
    cluster.decide();
    for (const index of cluster.list("starting")) cluster.set(index, "ready");
  }
  cluster.decide();
  assert.equal(cluster.state().window, 16);
  const [first = 0] = cluster.list("starting");
  cluster.set(first, "failing");
  const before = cluster.decide();
  assert.equal(before.wakeMs, cluster.now() + 120_000);
  cluster.pass(119_000);
  assert.equal(cluster.decide().stuck, 0);
  cluster.pass(1000);
  const after = cluster.decide();
  assert.deepEqual([after.stuck, after.state.window], [1, 8]);
});

test("a pod that pulled in vain for a moment only has not failed", () => {
  const cluster = createCluster(2, 2);
  cluster.decide();
  cluster.set(0, "failing");
  cluster.decide();
  cluster.pass(100_000);
  cluster.set(0, "starting");
  cluster.decide();
  cluster.set(0, "failing");
  cluster.pass(100_000);
  assert.equal(cluster.decide().stuck, 0);
});

test("the kubelet's own limit of pulls is no failure", () => {
  const cluster = createCluster(2, 2);
  cluster.decide();
  cluster.set(0, "limited");
  cluster.decide();
  cluster.pass(500_000);
  assert.equal(cluster.decide().stuck, 0);
});

test("a node that is dead stalls nobody: its slot ends after ten minutes", () => {
  const cluster = createCluster(3, 1);
  assert.deepEqual(names(cluster.decide()), ["pod-0"]);
  cluster.pass(599_000);
  assert.deepEqual(names(cluster.decide()), []);
  cluster.pass(1000);
  const decision = cluster.decide();
  assert.deepEqual([names(decision), decision.stuck], [["pod-1"], 1]);
});

test("many that failed hold up the others down to one at a time, with longer and longer rests", () => {
  const cluster = createCluster(30, 2);
  const waits: number[] = [];
  let lastMs = cluster.now();
  for (let failed = 0; failed < 8; failed += 1) {
    passUntilGiven(cluster);
    waits.push((cluster.now() - lastMs) / 1000);
    lastMs = cluster.now();
    assert.ok(cluster.state().slots.size - cluster.count("failing") <= 1);
    for (const index of cluster.list("starting")) cluster.set(index, "failing");
    cluster.decide();
  }
  assert.deepEqual(waits, [0, 120, 150, 180, 240, 360, 600, 720]);
});

test("a late success ends the rest", () => {
  const cluster = createCluster(9, 2);
  for (let failed = 0; failed < 3; failed += 1) {
    passUntilGiven(cluster);
    for (const index of cluster.list("starting")) cluster.set(index, "failing");
    cluster.decide();
  }
  cluster.pass(120_000);
  assert.equal(cluster.decide().ungate.length, 0);
  cluster.set(0, "ready");
  assert.equal(cluster.decide().ungate.length, 1);
});

test("a rest can be ended, as when the template was changed", () => {
  const cluster = createCluster(9, 2);
  for (let failed = 0; failed < 3; failed += 1) {
    passUntilGiven(cluster);
    for (const index of cluster.list("starting")) cluster.set(index, "failing");
    cluster.decide();
  }
  cluster.pass(120_000);
  const { state } = cluster.decide();
  const pods = [podOf(8, "gated")];
  const input = { pods, nodes: undefined, budget: 2, nowMs: cluster.now() };
  assert.equal(decideSlots(state, input).ungate.length, 0);
  assert.equal(decideSlots(endPause(state), input).ungate.length, 1);
});

test("never admits a node under disk pressure, one that is not ready, or one that is not known", () => {
  const cluster = createCluster(4, 4);
  cluster.nodes.set("node-0", { ready: true, diskPressure: true });
  cluster.nodes.set("node-1", { ready: false, diskPressure: false });
  cluster.nodes.delete("node-2");
  const decision = cluster.decide();
  assert.deepEqual([names(decision), decision.waiting], [["pod-3"], 3]);
  cluster.set(3, "ready");
  assert.deepEqual(names(cluster.decide()), []);
  cluster.nodes.set("node-0", { ready: true, diskPressure: false });
  assert.deepEqual(names(cluster.decide()), ["pod-0"]);
});

test("without leave to look at nodes any node will do", () => {
  const pods = [podOf(0, "gated")];
  const decision = decideSlots(newSlots, { pods, nodes: undefined, budget: 1, nowMs: 0 });
  assert.equal(decision.ungate.length, 1);
});

test("after a restart those that pull keep their slots", () => {
  const cluster = createCluster(20, 4);
  for (const index of [0, 1, 2]) cluster.set(index, "starting");
  cluster.restart();
  const decision = cluster.decide();
  assert.deepEqual([decision.ungate.length, decision.open, decision.state.window], [0, 3, 3]);
  cluster.set(0, "ready");
  assert.equal(cluster.decide().ungate.length, 2);
});

test("nodes that lose their readiness together neither widen the window nor narrow it", () => {
  const cluster = createCluster(11, 4);
  for (let round = 0; round < 5; round += 1) {
    cluster.decide();
    for (const index of cluster.list("starting")) cluster.set(index, "ready");
  }
  for (const index of cluster.list("ready")) cluster.set(index, "starting");
  const windows = [cluster.decide().state.window];
  cluster.pass(600_000);
  windows.push(cluster.decide().state.window);
  for (const index of cluster.list("starting")) cluster.set(index, "ready");
  windows.push(cluster.decide().state.window);
  assert.deepEqual(windows, [4, 4, 4]);
});

test("a pod that is gone leaves its slot, and the one after it waits for another", () => {
  const cluster = createCluster(2, 1);
  assert.deepEqual(names(cluster.decide()), ["pod-0"]);
  cluster.replace(0);
  assert.deepEqual(names(cluster.decide()), ["pod-0"]);
  cluster.set(0, "evicted");
  assert.deepEqual(names(cluster.decide()), ["pod-1"]);
});

test("a pod whose gate is still seen keeps its place until it is said to be lost", () => {
  const pods = [podOf(0, "gated"), podOf(1, "gated")];
  const input = { pods, nodes: undefined, budget: 1, nowMs: 0 };
  const first = decideSlots(newSlots, input);
  assert.equal(decideSlots(first.state, input).ungate.length, 0);
  const wider = decideSlots({ ...first.state, window: 2 }, { ...input, budget: 2 });
  assert.deepEqual(names(wider), ["pod-1"]);
  const released = decideSlots(releaseSlot(first.state, "uid-0"), input);
  assert.deepEqual(names(released), ["pod-0"]);
});

test("the budget is a part of the nodes, rounded down, and at least one", () => {
  const budgets = [
    slotBudget({ percent: 10 }, 48),
    slotBudget({ percent: 10 }, 3),
    slotBudget({ percent: 100 }, 0),
    slotBudget({ nodes: 7 }, 3),
  ];
  assert.deepEqual(budgets, [4, 1, 1, 7]);
});

test("of 1,000 nodes never more than the budget pull, whatever fails, restarts or goes", () => {
  const size = 1000;
  const outcomes: readonly Phase[] = ["ready", "ready", "ready", "failing", "starting", "limited"];
  const run = (seeds: readonly number[], budget: number) => {
    const cluster = createCluster(size, budget);
    for (const seed of seeds) {
      const { stuck, ungate } = cluster.decide();
      const unready = cluster.count("starting", "failing", "limited");
      // Beyond what is stuck and will not come back, one.
      const most = Math.max(budget, stuck + 1);
      if (ungate.length > 0) assert.ok(unready <= most, `${unready} of ${budget}, ${stuck} stuck`);
      for (const index of cluster.list("starting")) {
        cluster.set(index, outcomes[(seed + index * 7) % outcomes.length] ?? "ready");
      }
      for (const index of cluster.list("failing")) if ((seed + index) % 5 === 0) cluster.set(index, "ready");
      for (const index of cluster.list("limited")) if (seed % 2 === 0) cluster.set(index, "starting");
      if (seed % 11 === 0) cluster.restart();
      if (seed % 13 === 0) cluster.replace(seed % size);
      cluster.pass((seed % 90) * 1000);
    }
  };
  const seeds = fc.array(fc.nat(10_000), { minLength: 5, maxLength: 40 });
  fc.assert(fc.property(seeds, fc.constantFrom(1, 2, 10, 100), run), { numRuns: 10 });
});

test("all nodes get ready in the end, though every fifth fails at first", () => {
  const cluster = createCluster(60, 6);
  const failed = new Set<number>();
  for (let round = 0; cluster.count("ready") < 60; round += 1) {
    assert.ok(round < 1500, `${cluster.count("ready")} of 60`);
    cluster.decide();
    for (const index of cluster.list("failing")) cluster.set(index, "ready");
    for (const index of cluster.list("starting")) {
      const isBad = index % 5 === 0 && !failed.has(index);
      if (isBad) failed.add(index);
      cluster.set(index, isBad ? "failing" : "ready");
    }
    cluster.pass(5000);
  }
});
