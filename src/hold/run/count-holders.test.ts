import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePodView } from "../promotion/pod-view.ts";
import { countHolders } from "./count-holders.ts";

/** A pod on a node; each container holds the references of its name, with a state. */
function pod(nodeName: string, containers: Readonly<Record<string, object>>, more: object = {}) {
  const names = Object.keys(containers);
  const refs = [...new Set(names.flatMap((name) => name.split(" ")))];
  const view = parsePodView({
    metadata: { name: `on-${nodeName}`, uid: nodeName, ...more },
    spec: {
      nodeName,
      containers: names.map((name) => ({
        name,
        image: "pause",
        volumeMounts: name.split(" ").map((ref) => ({ name: ref })),
      })),
      volumes: refs.map((ref) => ({ name: ref, image: { reference: ref } })),
    },
    status: { containerStatuses: names.map((name) => ({ name, ...containers[name] })) },
  });
  assert.ok(view);
  return view;
}
const ready = { ready: true, state: { running: {} } };
const failing = (message: string) => ({
  ready: false,
  state: { waiting: { reason: "ErrImagePull", message } },
});
const counted = (pods: Parameters<typeof countHolders>[0], ref: string) => {
  const holders = countHolders(pods).get(ref);
  const failures = [...(holders?.failures ?? [])].map(([reason, nodes]) => [reason, nodes.size]);
  return [holders?.ready.size, Object.fromEntries(failures)];
};

test("counts the nodes that hold a reference", () => {
  const pods = [pod("a", { "x y": ready }), pod("b", { "x y": ready })];
  assert.deepEqual(counted(pods, "y"), [2, {}]);
});

test("a failure counts against the volume that its message names", () => {
  const pods = [pod("a", { "x y": failing("cannot pull x") })];
  assert.deepEqual(counted(pods, "x"), [0, { ErrImagePull: 1 }]);
  assert.deepEqual(counted(pods, "y"), [0, {}]);
});

test("a node whose old pod holds on is no failure, and one that goes does not count", () => {
  const pods = [pod("a", { x: failing("x") }), pod("a", { x: ready })];
  assert.deepEqual(counted(pods, "x"), [1, {}]);
  const leaving = pod("a", { x: ready }, { deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.equal(countHolders([leaving]).size, 0);
});
