import assert from "node:assert/strict";
import { test } from "node:test";
import { node } from "../../../test/hold-cluster/controller.ts";
import { KubeError } from "../../kube/errors.ts";
import { judgeDryFault, judgeDryPod } from "./always-pull.ts";
import { listPlatforms, listTargets, parseHoldNode } from "./hold-node.ts";
import { isLeaving } from "./let-go.ts";
import { parseLiveView } from "./live-view.ts";
import { parseDeploymentView } from "./object-view.ts";

const anywhere = { nodeSelector: {}, affinity: {}, tolerations: [] };
const nodes = (...objects: readonly object[]) => objects.flatMap((object) => parseHoldNode(object) ?? []);

test("platforms are those of nodes that can take a probe", () => {
  const down = { ...node("b"), status: { conditions: [{ type: "Ready", status: "False" }] } };
  const arm = { ...down, metadata: { name: "b", labels: { "kubernetes.io/arch": "arm64" } } };
  const cordoned = { ...node("c"), spec: { unschedulable: true } };
  assert.deepEqual(listPlatforms(nodes(node("a"), arm, cordoned)), ["amd64"]);
  assert.deepEqual(listPlatforms(nodes(cordoned)), []);
});

test("targets are the nodes that the configuration lets pods go to", () => {
  const tainted = { ...node("b"), spec: { taints: [{ key: "gpu", effect: "NoSchedule" }] } };
  const all = nodes(node("a"), tainted);
  const names = (more: object) => listTargets(all, { ...anywhere, ...more }).map(({ name }) => name);
  assert.deepEqual(names({}), ["a"]);
  assert.deepEqual(names({ tolerations: [{ operator: "Exists" }] }), ["a", "b"]);
  assert.deepEqual(names({ nodeSelector: { "kubernetes.io/hostname": "b" } }), []);
});

test("a DaemonSet with image volumes is told from one with containers", () => {
  const spec = (podSpec: object) => ({ spec: { template: { spec: podSpec } } });
  const containers = [{ name: "a", image: "x:1" }];
  const volumes = [
    { name: "b", image: { reference: "y@z" } },
    { name: "kip", emptyDir: {} },
  ];
  assert.deepEqual(parseLiveView(spec({ containers }))?.images, [{ name: "a", pinnedRef: "x:1" }]);
  const view = parseLiveView(spec({ containers, volumes }));
  assert.deepEqual([view?.mode, view?.images], ["volumes", [{ name: "b", pinnedRef: "y@z" }]]);
  assert.equal(parseLiveView(undefined), undefined);
});

test("nodes are ready only as far as the newest change was seen", () => {
  const status = { observedGeneration: 2, numberReady: 3, updatedNumberScheduled: 2 };
  const ready = (generation: number) => parseLiveView({ metadata: { generation }, status })?.ready;
  assert.deepEqual([ready(2), ready(3)], [2, 0]);
});

test("our image is that of the container that has the Deployment's name, else of the first", () => {
  const read = (...containers: readonly object[]) =>
    parseDeploymentView({ metadata: { name: "x", uid: "u" }, spec: { template: { spec: { containers } } } });
  assert.equal(read({ name: "proxy", image: "p" }, { name: "x", image: "ours" })?.image, "ours");
  assert.equal(read({ name: "y", image: "ours" })?.image, "ours");
  assert.deepEqual([read()?.image, read()?.replicas], [undefined, 1]);
  assert.equal(parseDeploymentView({}), undefined);
});

test("a Deployment is leaving where it is gone, being deleted or at no replicas", () => {
  const view = { uid: "u", deleting: false, replicas: 1, image: "x" };
  assert.equal(isLeaving(view), false);
  assert.ok(
    isLeaving("gone") && isLeaving({ ...view, deleting: true }) && isLeaving({ ...view, replicas: 0 }),
  );
});

test("what the API server makes of a pod tells whether image volumes can be had", () => {
  const spec = (policy: string, volumes: readonly object[]) => ({
    spec: { containers: [{ imagePullPolicy: policy }], volumes },
  });
  const volume = { name: "a", image: { reference: "x", pullPolicy: "IfNotPresent" } };
  assert.deepEqual(judgeDryPod(spec("IfNotPresent", [volume])), { ok: true });
  assert.match(JSON.stringify(judgeDryPod(spec("Always", [volume]))), /AlwaysPullImages/);
  assert.match(JSON.stringify(judgeDryPod(spec("IfNotPresent", [{ name: "a" }]))), /does not know/);
  const invalid = new KubeError("may not specify image", { kind: "invalid" });
  assert.equal(judgeDryFault(invalid)?.ok, false);
  assert.equal(judgeDryFault(new KubeError("later", { kind: "unavailable" })), undefined);
});
