import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeImage } from "../runtime/runtime.ts";
import { decideAgentStep, type PlanCandidate, type PlanWorld } from "./agent-plan.ts";
import { createPresentIndex, withPulled } from "./agent-plan-index.ts";

const name = "docker.io/library/debian:12";
const image: RuntimeImage = {
  id: "sha256:debian",
  repoTags: [name],
  repoDigests: [`docker.io/library/debian@sha256:${"d".repeat(64)}`],
  sizeBytes: 7,
  pinned: false,
};

function decide(candidate: Partial<PlanCandidate>, world: Partial<PlanWorld>) {
  return decideAgentStep(
    { name, knownAs: undefined, wasPresent: false, pulling: false, repair: undefined, ...candidate },
    {
      present: createPresentIndex([]),
      diskPressure: false,
      room: "enough",
      nowMs: 0,
      random: () => 1,
      ...world,
    },
  );
}

test("keeps what is present, whatever the disk says", () => {
  const world = {
    present: createPresentIndex([image]),
    diskPressure: true,
    room: "too-little",
  } as const;
  assert.deepEqual(decide({}, world), {
    action: "keep",
    reason: "present",
    present: image,
    repair: undefined,
  });
});

test("pulls what is not present", () => {
  assert.equal(decide({}, {}).action, "pull");
});

test("waits until the runtime has listed its images", () => {
  assert.equal(decide({}, { present: undefined }).action, "wait");
});

test("pulls at once what was deleted for the first time", () => {
  const step = decide({ wasPresent: true }, { nowMs: 5 });
  assert.deepEqual([step.action, step.reason, step.repair?.deletions], ["pull", "deleted", 1]);
});

test("holds back what is deleted again, until its time has come", () => {
  const first = decide({ wasPresent: true }, { nowMs: 0 }).repair;
  const second = decide({ wasPresent: true, repair: first }, { nowMs: 1000 });
  assert.deepEqual([second.action, second.reason], ["hold-back", "EvictedByGC"]);
  assert.equal(decide({ repair: second.repair }, { nowMs: 600_999 }).action, "hold-back");
  assert.equal(decide({ repair: second.repair }, { nowMs: 601_000 }).action, "pull");
});

test("forgets deletions an hour later", () => {
  const repair = { deletions: 3, heldUntilMs: 0 };
  assert.equal(decide({ repair }, { nowMs: 3_600_000 }).repair, undefined);
});

test("pulls nothing while the node is under disk pressure", () => {
  assert.equal(decide({}, { diskPressure: true }).reason, "DiskPressure");
});

test("pulls nothing while the disk has too little room, and waits until it is known", () => {
  assert.equal(decide({}, { room: "too-little" }).reason, "DiskFloor");
  assert.equal(decide({}, { room: "unknown" }).action, "wait");
});

test("lets a running pull go on, whatever the disk says and the runtime lists", () => {
  const present = createPresentIndex([image]);
  assert.equal(decide({ pulling: true }, { present, diskPressure: true }).action, "pull");
});

test("finds short names and digests, and nothing behind a name that is none", () => {
  const short = { ...image, repoTags: ["debian:12", "<none>:<none>"] };
  const index = createPresentIndex([short]);
  assert.equal(index.byName(name), short);
  assert.equal(index.byName(`docker.io/library/debian@sha256:${"d".repeat(64)}`), short);
  assert.equal(index.byName("<none>:<none>"), undefined);
});

test("finds what the runtime lists under another name than it was pulled by", () => {
  const present = createPresentIndex([{ ...image, repoTags: ["quay.io/elsewhere/debian:12"] }]);
  assert.equal(decide({ knownAs: image.id }, { present }).action, "keep");
  assert.equal(decide({ knownAs: image.id }, {}).action, "pull");
});

test("gives a tag to the image that was pulled last, and its old image keeps its other names", () => {
  const old = { ...image, id: "sha256:old", repoTags: [name, "docker.io/library/debian:old"] };
  const [before, now] = withPulled([old], image);
  assert.deepEqual(before?.repoTags, ["docker.io/library/debian:old"]);
  assert.equal(now, image);
});
