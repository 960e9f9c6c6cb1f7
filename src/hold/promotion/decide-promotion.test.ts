import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorKind } from "../../runtime/errors.ts";
import { decidePromotion, type PromotionDecision, type PromotionInput } from "./decide-promotion.ts";
import { type PodView, parsePodView } from "./pod-view.ts";
import type { ProbeOrder } from "./probe-orders.ts";
import { refuseOrder } from "./probe-rounds.ts";
import { type Candidate, createPromotion, type LiveImage, type PromotionState } from "./state.ts";

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const minute = 60_000;

function candidate(name: string, letter = "a"): Candidate {
  const ref = `example.com/${name}:v1`;
  return { name, ref, pinnedRef: `example.com/${name}@${digestOf(letter)}`, digest: digestOf(letter) };
}

const unresolved = (name: string): Candidate => ({
  name,
  ref: `example.com/${name}:v1`,
  pinnedRef: undefined,
  digest: undefined,
  failure: { kind: "unavailable", reason: "RegistryError", message: "connection refused" },
});

const states = {
  pulling: { waiting: { reason: "ContainerCreating" } },
  running: { running: { startedAt: "2030-01-01T00:00:00Z" } },
  missing: { waiting: { reason: "ErrImagePull", message: "not found" } },
  limited: { waiting: { reason: "ErrImagePull", message: "pull QPS exceeded" } },
  down: { waiting: { reason: "ImagePullBackOff", message: "503 unavailable" } },
};
type State = keyof typeof states;

function classify(message: string): ErrorKind {
  if (message.includes("not found")) return "not-found";
  return message.includes("503") ? "unavailable" : "unknown";
}

/** A world in which the probe pods that are ordered come to be. */
function createWorld(candidates: readonly Candidate[], live: readonly LiveImage[] = []) {
  let state: PromotionState = createPromotion(live);
  let pods: {
    order: ProbeOrder;
    uid: string;
    states: Map<string, State>;
    phase: string;
    deleting: boolean;
  }[] = [];
  let count = 0;
  const world = {
    candidates,
    platforms: ["amd64"] as readonly string[],
    canProbe: true,
    nowMs: 0,
    decide(extra: Partial<PromotionInput> = {}): PromotionDecision {
      const { candidates: now, platforms, canProbe, nowMs } = world;
      const probes = pods.map(viewOf);
      const input = { candidates: now, platforms, canProbe, nowMs, probes, classify, ...extra };
      const decision = decidePromotion(state, input);
      state = decision.state;
      const removed = new Set(decision.remove.map(({ uid }) => uid));
      pods = pods.filter(({ uid }) => !removed.has(uid));
      for (const order of decision.probe) {
        count += 1;
        pods.push({ order, uid: `uid-${count}`, states: new Map(), phase: "Pending", deleting: false });
      }
      return decision;
    },
    /** What the probe of a platform shows of images, by name. */
    show(shown: Readonly<Record<string, State>>, platform = "amd64") {
      const pod = pods.find(({ order }) => order.platform === platform);
      assert.ok(pod, `no probe on ${platform}`);
      for (const [name, each] of Object.entries(shown)) pod.states.set(name, each);
    },
    end(phase: string) {
      for (const pod of pods) pod.phase = phase;
    },
    /** As somebody else who deletes the probes. */
    lose() {
      pods = [];
    },
    set: (next: PromotionState) => {
      state = next;
    },
    state: () => state,
    probes: () => pods.length,
    views: () => pods.map(viewOf),
  };
  return world;
}

function viewOf(pod: {
  order: ProbeOrder;
  uid: string;
  states: Map<string, State>;
  phase: string;
  deleting: boolean;
}): PodView {
  const { images, platform } = pod.order;
  const view = parsePodView({
    metadata: { name: pod.uid, uid: pod.uid },
    spec: {
      nodeSelector: { "kubernetes.io/arch": platform },
      containers: images.map(({ name }) => ({ name, image: "pause", volumeMounts: [{ name }] })),
      volumes: images.map(({ name, pinnedRef }) => ({ name, image: { reference: pinnedRef } })),
    },
    status: {
      phase: pod.phase,
      ...(pod.phase === "Failed" && { reason: "DeadlineExceeded" }),
      containerStatuses: images.map(({ name }) => ({
        name,
        state: states[pod.states.get(name) ?? "pulling"],
      })),
    },
  });
  assert.ok(view);
  return view;
}

const heldNames = ({ held }: PromotionDecision) => held.map(({ name }) => name);
const orderedNames = ({ probe }: PromotionDecision) =>
  probe.map(({ images }) => images.map(({ name }) => name));
const phases = ({ reports }: PromotionDecision) => reports.map(({ phase }) => phase);

test("an image is held once it ran in a probe, and the probe is removed", () => {
  const world = createWorld([candidate("a")]);
  const first = world.decide();
  assert.deepEqual([heldNames(first), orderedNames(first), phases(first)], [[], [["a"]], ["probing"]]);
  const pulling = world.decide();
  assert.deepEqual([orderedNames(pulling), phases(pulling)], [[], ["probing"]]);
  world.show({ a: "running" });
  const done = world.decide();
  assert.deepEqual([heldNames(done), done.remove.length, phases(done)], [["a"], 1, ["proven"]]);
  const after = world.decide();
  assert.deepEqual([heldNames(after), orderedNames(after)], [["a"], []]);
});

test("bad images hold back no others, are reported, and are tried again ever later", () => {
  const world = createWorld([candidate("a"), candidate("bad"), candidate("b")]);
  world.decide();
  world.show({ a: "running", bad: "missing", b: "running" });
  const done = world.decide();
  assert.deepEqual(
    [heldNames(done), phases(done)],
    [
      ["a", "b"],
      ["proven", "failing", "proven"],
    ],
  );
  const { failure, failures, nextMs } = done.reports[1] ?? {};
  assert.deepEqual([failure?.kind, failures, nextMs], ["not-found", 1, minute]);
  const waits: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const startMs = world.nowMs;
    while (world.decide().probe.length === 0) {
      world.nowMs += 1000;
      assert.ok(world.nowMs - startMs < 2 * 60 * minute, "it is never tried again");
    }
    waits.push((world.nowMs - startMs) / minute);
    world.show({ bad: "missing" });
    world.decide();
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
});

test("an image that gets better is held at its next trial", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.show({ a: "missing" });
  world.decide();
  world.nowMs = minute;
  assert.deepEqual(orderedNames(world.decide()), [["a"]]);
  world.show({ a: "running" });
  const done = world.decide();
  assert.deepEqual([heldNames(done), done.reports[0]?.failures], [["a"], 0]);
});

test("a failure counts once for each probe, however often it is seen", () => {
  const world = createWorld([candidate("a"), candidate("b")]);
  world.decide();
  world.show({ a: "missing" });
  for (let look = 0; look < 5; look += 1) world.decide();
  assert.equal(world.decide().reports[0]?.failures, 1);
});

test("limits, full disks and servers that are down never count against an image", () => {
  for (const state of ["limited", "down"] as const) {
    const world = createWorld([candidate("a")]);
    world.decide();
    world.show({ a: state });
    const during = world.decide();
    assert.deepEqual([during.remove.length, phases(during)], [0, ["probing"]]);
    world.nowMs = 15 * minute;
    const ended = world.decide();
    assert.deepEqual([ended.remove.length, ended.reports[0]?.failures], [1, 0]);
    assert.match(ended.reports[0]?.failure?.message ?? "", /QPS|503/);
    assert.deepEqual(orderedNames(world.decide()), []);
    world.nowMs += minute;
    assert.deepEqual(orderedNames(world.decide()), [["a"]]);
  }
});

test("a probe in which only passing failures are left makes way for new images", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.show({ a: "down" });
  world.decide();
  world.candidates = [candidate("a"), candidate("b")];
  assert.equal(world.decide().remove.length, 1);
  assert.deepEqual(orderedNames(world.decide()), [["b"]]);
});

test("who deletes each probe is not raced with: the images rest a minute", () => {
  const world = createWorld([candidate("a"), candidate("b")]);
  world.decide();
  world.show({ b: "running" });
  world.decide();
  world.lose();
  const lost = world.decide();
  assert.deepEqual([orderedNames(lost), heldNames(lost)], [[], ["b"]]);
  assert.deepEqual([lost.reports[0]?.failure?.reason, lost.reports[0]?.failures], ["ProbeLost", 0]);
  world.nowMs = minute;
  assert.deepEqual(orderedNames(world.decide()), [["a"]]);
});

test("there is one probe at a time on a platform", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.candidates = [candidate("a"), candidate("b")];
  const decision = world.decide();
  assert.deepEqual(
    [orderedNames(decision), decision.remove.length, phases(decision)[1]],
    [[], 0, "unproven"],
  );
  world.show({ a: "running" });
  world.decide();
  assert.deepEqual(orderedNames(world.decide()), [["b"]]);
});

test("an order that is not seen as a pod yet is not given twice, until it must be lost", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.nowMs = 29_000;
  assert.deepEqual(orderedNames(world.decide({ probes: [] })), []);
  world.nowMs = 30_000;
  assert.deepEqual(orderedNames(world.decide({ probes: [] })), [["a"]]);
});

test("a moved tag is tried first, and the old digest is held until the new one is proven", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.show({ a: "running" });
  world.decide();
  world.candidates = [candidate("a", "b")];
  const moved = world.decide();
  assert.equal(moved.held[0]?.digest, digestOf("a"));
  assert.deepEqual([orderedNames(moved), phases(moved)], [[["a"]], ["probing"]]);
  world.show({ a: "missing" });
  const bad = world.decide();
  assert.deepEqual([bad.held[0]?.digest, phases(bad)], [digestOf("a"), ["failing"]]);
  world.nowMs = minute;
  world.decide();
  world.show({ a: "running" });
  assert.equal(world.decide().held[0]?.digest, digestOf("b"));
});

test("what cannot be resolved just now stays held as it is, and is not tried", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.show({ a: "running" });
  world.decide();
  world.candidates = [unresolved("a"), unresolved("b")];
  const decision = world.decide();
  assert.deepEqual([heldNames(decision), orderedNames(decision)], [["a"], []]);
  assert.deepEqual(phases(decision), ["unproven", "unproven"]);
  assert.equal(decision.reports[1]?.failure?.kind, "unavailable");
});

test("what is no longer configured is let go of at once", () => {
  const world = createWorld([candidate("a"), candidate("b")]);
  world.decide();
  world.show({ a: "running", b: "running" });
  world.decide();
  world.candidates = [candidate("b")];
  assert.deepEqual(heldNames(world.decide()), ["b"]);
});

test("after a restart all that the live DaemonSet holds stays held", () => {
  const live = [
    { name: "a", pinnedRef: `example.com/a@${digestOf("a")}` },
    { name: "b", pinnedRef: `example.com/b@${digestOf("0")}` },
    { name: "c", pinnedRef: `example.com/other@${digestOf("c")}` },
  ];
  const world = createWorld([], live);
  world.decide();
  world.candidates = [candidate("a"), unresolved("b"), candidate("c", "c")];
  const decision = world.decide();
  assert.deepEqual([heldNames(decision), orderedNames(decision)], [["a", "b"], [["c"]]]);
  assert.equal(decision.held[1]?.digest, digestOf("0"));
});

test("what was let go of and is configured again is tried again", () => {
  const live = [{ name: "a", pinnedRef: `example.com/a@${digestOf("a")}` }];
  const world = createWorld([candidate("a"), candidate("b")], live);
  world.decide();
  world.candidates = [candidate("b")];
  world.show({ b: "running" });
  world.decide();
  world.candidates = [candidate("a"), candidate("b")];
  const decision = world.decide();
  assert.deepEqual([heldNames(decision), orderedNames(decision)], [["b"], [["a"]]]);
});

test("what was proven waits half a minute for others of its probe, so that the nodes roll once", () => {
  const world = createWorld([candidate("a"), candidate("b")]);
  world.decide();
  world.show({ a: "running" });
  const waiting = world.decide();
  assert.deepEqual([heldNames(waiting), waiting.wakeMs], [[], 30_000]);
  world.nowMs = 29_000;
  assert.deepEqual(heldNames(world.decide()), []);
  world.nowMs = 30_000;
  assert.deepEqual(heldNames(world.decide()), ["a"]);
  world.show({ b: "running" });
  assert.deepEqual(heldNames(world.decide()), ["a", "b"]);
});

test("an image must run on each platform", () => {
  const world = createWorld([candidate("a"), candidate("b")]);
  world.platforms = ["amd64", "arm64"];
  assert.deepEqual(orderedNames(world.decide()), [
    ["a", "b"],
    ["a", "b"],
  ]);
  world.show({ a: "running", b: "running" }, "amd64");
  world.show({ a: "running", b: "missing" }, "arm64");
  const decision = world.decide();
  assert.deepEqual([heldNames(decision), phases(decision)], [["a"], ["proven", "failing"]]);
  world.nowMs = minute;
  const again = world.decide();
  assert.deepEqual(
    again.probe.map(({ platform, images }) => [platform, images.length]),
    [["arm64", 1]],
  );
});

test("a probe that ended by its deadline is removed, and what had not run in it rests a minute", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  world.end("Failed");
  const ended = world.decide();
  assert.deepEqual([ended.remove.length, ended.reports[0]?.failures], [1, 0]);
  assert.deepEqual([orderedNames(world.decide()), world.decide().wakeMs], [[], minute]);
});

test("a probe that waits for a node for ever is given up after fifteen minutes", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  assert.equal(world.decide().wakeMs, 15 * minute);
  world.nowMs = 15 * minute - 1;
  assert.equal(world.decide().remove.length, 0);
  world.nowMs += 1;
  assert.equal(world.decide().remove.length, 1);
});

test("where nobody may create probes, every image is held untried", () => {
  const world = createWorld([candidate("a"), unresolved("b")]);
  world.canProbe = false;
  const decision = world.decide();
  assert.deepEqual([heldNames(decision), orderedNames(decision)], [["a"], []]);
});

test("an order that is refused rests, counts against nobody, and is given again", () => {
  const world = createWorld([candidate("a")]);
  const [order] = world.decide().probe;
  assert.ok(order);
  const refusal = { kind: "denied", reason: "Forbidden", message: "exceeded quota" } as const;
  world.set(refuseOrder(world.state(), order, refusal, 0));
  const decision = world.decide({ probes: [] });
  assert.deepEqual([orderedNames(decision), decision.reports[0]?.failure?.message], [[], "exceeded quota"]);
  world.nowMs = minute;
  assert.deepEqual(orderedNames(world.decide({ probes: [] })), [["a"]]);
});

test("more images than one pod should have are tried one part after the other", () => {
  const world = createWorld(Array.from({ length: 50 }, (_, index) => candidate(`i${index}`)));
  assert.equal(world.decide().probe[0]?.images.length, 40);
  const shown = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`i${index}`, "running" as const]),
  );
  world.show(shown);
  world.decide();
  assert.equal(world.decide().probe[0]?.images.length, 10);
});

test("without nodes nothing is tried, and what is held stays", () => {
  const live = [{ name: "a", pinnedRef: `example.com/a@${digestOf("a")}` }];
  const world = createWorld([candidate("a"), candidate("b")], live);
  world.platforms = [];
  const decision = world.decide();
  assert.deepEqual([heldNames(decision), orderedNames(decision)], [["a"], []]);
});

test("a probe that cannot go, for its node is dead, keeps its platform no longer than its time", () => {
  const world = createWorld([candidate("a")]);
  world.decide();
  const [pod] = world.views();
  assert.ok(pod);
  world.decide();
  const stuck = { ...pod, deleting: true };
  world.nowMs = 15 * minute;
  world.decide({ probes: [stuck] });
  assert.deepEqual(orderedNames(world.decide({ probes: [stuck] })), []);
  world.nowMs = 17 * minute;
  assert.deepEqual(orderedNames(world.decide({ probes: [stuck] })), [["a"]]);
  // The new one is not seen yet: one order is enough.
  assert.deepEqual(orderedNames(world.decide({ probes: [stuck] })), []);
});
