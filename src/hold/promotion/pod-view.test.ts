import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePodView } from "./pod-view.ts";

const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }],
          matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }],
        },
      ],
    },
  },
};
const gated = {
  metadata: {
    name: "hold-x",
    uid: "1",
    labels: { app: "x" },
    annotations: { "prestow.dev/template": "h" },
    creationTimestamp: "2030-01-01T00:00:00Z",
  },
  spec: {
    affinity,
    schedulingGates: [{ name: "prestow.dev/slot" }],
    nodeSelector: { "kubernetes.io/arch": "arm64" },
    containers: [{ name: "pause-1", image: "pause", volumeMounts: [{ name: "a" }, { name: "tmp" }] }],
    volumes: [
      { name: "a", image: { reference: "example.com/a:v1" } },
      { name: "tmp", emptyDir: {} },
    ],
  },
  status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False" }] },
};

test("a pod that waits for a slot is known by the node that its DaemonSet wants it on", () => {
  const pod = parsePodView(gated);
  assert.ok(pod);
  const { nodeName, gates, ready, deleting, arch, createdMs, labels, annotations } = pod;
  assert.deepEqual(
    [nodeName, gates, ready, deleting, arch, createdMs],
    ["node-1", ["prestow.dev/slot"], false, false, "arm64", Date.UTC(2030, 0)],
  );
  assert.deepEqual([labels, annotations], [{ app: "x" }, { "prestow.dev/template": "h" }]);
});

test("the node that it runs on comes before the one that was wanted", () => {
  assert.equal(parsePodView({ ...gated, spec: { ...gated.spec, nodeName: "node-2" } })?.nodeName, "node-2");
});

test("a container is known with the image volumes that it mounts", () => {
  assert.deepEqual(parsePodView(gated)?.containers[0]?.volumeImages, ["example.com/a:v1"]);
});

test("a container with a status that is not in the spec is none of ours", () => {
  const status = { containerStatuses: [{ name: "sidecar", state: { running: {} } }] };
  assert.deepEqual(
    parsePodView({ ...gated, status })?.containers.map(({ name, state }) => [name, state]),
    [["pause-1", "unknown"]],
  );
});

test("what is no pod is none, and what is odd in one is not there", () => {
  for (const object of [undefined, null, 1, "x", [], {}, { metadata: {} }, { metadata: { name: "x" } }]) {
    assert.equal(parsePodView(object), undefined);
  }
  const odd = { metadata: { name: "x", uid: "1" }, spec: { containers: {}, affinity: 3 }, status: "none" };
  assert.equal(parsePodView(odd)?.phase, "Pending");
});

test("no JSON at all makes it throw", () => {
  const metadata = { name: "x", uid: "1" };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (spec, status) => {
      parsePodView({ metadata, spec, status });
      parsePodView({
        ...gated,
        spec: { ...gated.spec, volumes: spec },
        status: { containerStatuses: status },
      });
    }),
    { numRuns: 50 },
  );
});
