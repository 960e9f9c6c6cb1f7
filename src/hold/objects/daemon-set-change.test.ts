import assert from "node:assert/strict";
import { test } from "node:test";
import { isRecord, type JsonRecord } from "../../lib/record.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import type { HeldSet } from "../held-set.ts";
import { createContainersDaemonSet } from "./daemon-set.ts";
import { type DaemonSetChange, decideDaemonSetChange } from "./daemon-set-change.ts";
import { child } from "./live-daemon-set.ts";
import type { HoldDaemonSet } from "./object-types.ts";

const least = { DEPLOYMENT_NAME: "puller", IMAGES: "a=x", CACHING_INTERVAL_HOURS: "1" };

function desiredOf(variables: Record<string, string> = {}, set: Partial<HeldSet> = {}): HoldDaemonSet {
  const images = [{ name: "a", ref: "x", pinnedRef: "x", digest: undefined }];
  const usual = { images, gated: false, pauseImage: "p", openShift: false, ownerUid: "uid-1" };
  const config = parseHoldConfig({ ...least, ...variables });
  return createContainersDaemonSet(config, { mode: "containers", ...usual, ...set });
}

type Sent = Extract<DaemonSetChange, { object: JsonRecord }>;

function sent(change: DaemonSetChange, kind: Sent["kind"]): JsonRecord {
  assert.equal(change.kind, kind);
  assert.ok("object" in change);
  return change.object;
}

/** What the API server makes of a write: it counts changes of the spec, and fills in what was not said. */
function store(object: JsonRecord, before?: JsonRecord): JsonRecord {
  const metadata = child(object, "metadata");
  const generation = Number(child(before, "metadata")["generation"] ?? 0);
  const same = before !== undefined && JSON.stringify(before["asked"]) === JSON.stringify(object["spec"]);
  const annotations = { "deprecated.daemonset.template.generation": "1", ...child(metadata, "annotations") };
  return {
    ...object,
    asked: object["spec"],
    spec: { revisionHistoryLimit: 10, ...child(object, "spec") },
    metadata: {
      ...metadata,
      annotations,
      uid: "live",
      resourceVersion: "7",
      generation: same ? generation : generation + 1,
    },
  };
}

function edit(live: JsonRecord, metadata: JsonRecord): JsonRecord {
  return { ...live, metadata: { ...child(live, "metadata"), ...metadata } };
}

function live(desired = desiredOf()): JsonRecord {
  return store(sent(decideDaemonSetChange(undefined, desired), "create"));
}

const annotationsOf = (object: JsonRecord) => child(child(object, "metadata"), "annotations");

test("what is not there is created, and then nothing is to do", () => {
  assert.deepEqual(decideDaemonSetChange(live(), desiredOf()), { kind: "none" });
});

test("the order of IMAGES and of JSON fields changes nothing", () => {
  const [a, b] = ["a", "b"].map((name) => ({ name, ref: name, pinnedRef: name, digest: undefined }));
  assert.ok(a && b);
  const before = live(desiredOf({ NODE_SELECTOR: '{"x":"1","y":"2"}' }, { images: [a, b] }));
  const after = desiredOf({ NODE_SELECTOR: '{"y":"2","x":"1"}' }, { images: [b, a] });
  assert.deepEqual(decideDaemonSetChange(before, after), { kind: "none" });
});

const changes: readonly [string, HoldDaemonSet, boolean][] = [
  ["another image", desiredOf({}, { pauseImage: "other" }), true],
  ["a gate", desiredOf({}, { gated: true }), true],
  ["another budget", desiredOf({ MAX_NODES: "3" }), false],
  ["an annotation", desiredOf({ DAEMONSET_ANNOTATIONS: '{"a":"b"}' }), false],
  ["another uid of the owner", desiredOf({}, { ownerUid: "uid-2" }), false],
];
for (const [what, desired, templateChanged] of changes) {
  test(`${what} is an update with the version that it replaces, and then nothing is to do`, () => {
    const before = live();
    const change = decideDaemonSetChange(before, desired);
    const object = sent(change, "update");
    assert.ok(change.kind === "update" && change.templateChanged === templateChanged);
    const { uid, resourceVersion } = child(object, "metadata");
    assert.deepEqual({ uid, resourceVersion }, { uid: "live", resourceVersion: "7" });
    const after = store(object, before);
    assert.deepEqual(decideDaemonSetChange(after, desired), { kind: "none" });
    const edited = edit(after, { generation: Number(child(after, "metadata")["generation"]) + 1 });
    assert.equal(decideDaemonSetChange(edited, desired).kind, "update", "an edit after it is seen");
    // Nothing of the live object may reach a POST.
    assert.equal(child(change.fresh, "metadata")["resourceVersion"], undefined);
    assert.deepEqual(decideDaemonSetChange(store(change.fresh), desired), { kind: "none" });
  });
}

test("what somebody has edited is put right", () => {
  const edited = { ...edit(live(), { generation: 2 }), asked: "something else" };
  const change = decideDaemonSetChange(edited, desiredOf());
  assert.ok(change.kind === "update" && change.templateChanged);
  assert.match(change.reason, /edited/);
  assert.deepEqual(decideDaemonSetChange(store(change.object, edited), desiredOf()), { kind: "none" });
});

test("an edit that leaves the desired spec as it was is noted, and not fought over", () => {
  const edited = edit(live(), { generation: 2 });
  const object = sent(decideDaemonSetChange(edited, desiredOf()), "update");
  const same = edit(store(object, edited), { generation: 2 });
  const note = decideDaemonSetChange(same, desiredOf());
  assert.ok(note.kind === "update" && !note.templateChanged);
  const noted = edit(store(note.object, same), { generation: 2 });
  assert.deepEqual(decideDaemonSetChange(noted, desiredOf()), { kind: "none" });
  assert.equal(decideDaemonSetChange(edit(noted, { generation: 3 }), desiredOf()).kind, "update");
});

test("labels, finalizers, annotations and owners of others stay; annotations no longer asked for go", () => {
  const other = { apiVersion: "v1", kind: "Thing", name: "other", uid: "9" };
  const before = live(desiredOf({ DAEMONSET_ANNOTATIONS: '{"old":"1","kept":"1"}' }));
  const { ownerReferences } = child(before, "metadata");
  assert.ok(Array.isArray(ownerReferences));
  const theirs = edit(before, {
    labels: { team: "x" },
    finalizers: ["example.com/f"],
    annotations: { ...annotationsOf(before), foreign: "1" },
    ownerReferences: [...ownerReferences, other],
  });
  const desired = desiredOf({ DAEMONSET_ANNOTATIONS: '{"kept":"2"}' });
  const object = sent(decideDaemonSetChange(theirs, desired), "update");
  const { old, kept, foreign } = annotationsOf(object);
  assert.deepEqual({ old, kept, foreign }, { old: undefined, kept: "2", foreign: "1" });
  const metadata = child(object, "metadata");
  assert.deepEqual(metadata["labels"], { team: "x" });
  assert.deepEqual(metadata["finalizers"], ["example.com/f"]);
  assert.deepEqual(metadata["ownerReferences"], [other, ...desired.metadata.ownerReferences]);
});

test("kubectl rollout restart is not undone", () => {
  const before = live();
  const template = child(child(before, "spec"), "template");
  const restart = { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" };
  const annotations = { ...annotationsOf(template), ...restart };
  const spec = { ...child(before, "spec"), template: { ...template, metadata: { annotations } } };
  const restarted = { ...edit(before, { generation: 2 }), spec };
  const object = sent(decideDaemonSetChange(restarted, desiredOf()), "update");
  const kept = annotationsOf(child(child(object, "spec"), "template"));
  assert.equal(kept["kubectl.kubernetes.io/restartedAt"], "2026-01-01T00:00:00Z");
});

function original(changed: { labels?: JsonRecord; owners?: readonly JsonRecord[] } = {}): JsonRecord {
  const {
    labels = desiredOf().spec.selector.matchLabels,
    owners = [{ kind: "Deployment", name: "puller" }],
  } = changed;
  const metadata = { name: "held", uid: "o", resourceVersion: "3", generation: 4, ownerReferences: owners };
  return { metadata, spec: { selector: { matchLabels: labels } } };
}

test("the DaemonSet of kubernetes-image-puller is taken over in place", () => {
  const object = sent(decideDaemonSetChange(original(), desiredOf()), "adopt");
  assert.equal(annotationsOf(object)["prestow.dev/generation"], "5");
  assert.deepEqual(decideDaemonSetChange(store(object, original()), desiredOf()), { kind: "none" });
});

test("one of its older versions, with another selector and no owner, is made anew", () => {
  const old = original({ labels: { test: "daemonset-test" }, owners: [] });
  const change = decideDaemonSetChange(old, desiredOf());
  const object = sent(change, "recreate");
  assert.equal(child(object, "metadata")["resourceVersion"], undefined);
  assert.ok(change.kind === "recreate" && /selector/.test(change.reason));
});

test("somebody else's DaemonSet is left alone", () => {
  const foreign = original({ labels: { app: "x" }, owners: [] });
  assert.equal(decideDaemonSetChange(foreign, desiredOf()).kind, "refuse");
});

test("one that is being deleted is waited for", () => {
  const going = edit(live(), { deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.equal(decideDaemonSetChange(going, desiredOf({ MAX_NODES: "3" })).kind, "wait");
});

for (const strange of [null, 7, "text", [], {}, { metadata: [], spec: null }]) {
  test(`${JSON.stringify(strange)} instead of an object is refused, not thrown at`, () => {
    assert.equal(decideDaemonSetChange(strange, desiredOf()).kind, "refuse");
  });
}

test("an object that has lost our note of its generation counts as edited", () => {
  const { "prestow.dev/generation": _, ...annotations } = annotationsOf(live());
  const change = decideDaemonSetChange(edit(live(), { annotations }), desiredOf());
  assert.ok(change.kind === "update" && isRecord(change.object));
});
