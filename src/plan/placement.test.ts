import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decidePlacement } from "./placement.ts";
import type { NodeFacts, NodeRequirement, PodPlacement } from "./pod-placement.ts";

const node: NodeFacts = {
  name: "n1",
  labels: { "kubernetes.io/arch": "arm64", pool: "games", size: "8", empty: "" },
  taints: [{ key: "dedicated", value: "games", effect: "NoSchedule" }],
  diskPressure: false,
};
const untainted = { ...node, taints: [] };

function taint(key: string, effect = "NoSchedule"): NodeFacts {
  return { ...node, taints: [{ key, value: "", effect }] };
}

function terms(...requirements: (readonly [string, string, ...string[]])[]): PodPlacement {
  const labels = requirements.map(([key, operator, ...values]) => ({ key, operator, values }));
  return { requiredTerms: [{ labels, fields: [] }] };
}

function field(key: string, operator: string, ...values: string[]): PodPlacement {
  return { requiredTerms: [{ labels: [], fields: [{ key, operator, values }] }] };
}

const tolerated = { tolerations: [{ key: "dedicated", value: "games" }] };

const cases: Record<string, [PodPlacement | undefined, NodeFacts | undefined, boolean]> = {
  "what nobody's pod asks for may be anywhere": [undefined, node, true],
  "a node that is not known runs everything": [{ nodeName: "n2" }, undefined, true],
  "a pod that asks nothing runs on a node without taints": [{}, untainted, true],
  "a pod that tolerates nothing does not run on a tainted node": [{}, node, false],
  "a taint that is tolerated by value": [tolerated, node, true],
  "a toleration with another value": [{ tolerations: [{ key: "dedicated", value: "x" }] }, node, false],
  "a toleration with another key": [{ tolerations: [{ key: "x", operator: "Exists" }] }, node, false],
  "a toleration that exists": [{ tolerations: [{ key: "dedicated", operator: "Exists" }] }, node, true],
  "a toleration of everything": [{ tolerations: [{ operator: "Exists" }] }, node, true],
  "a toleration of its effect": [{ tolerations: [{ operator: "Exists", effect: "NoSchedule" }] }, node, true],
  "a toleration of another effect": [
    { tolerations: [{ operator: "Exists", effect: "NoExecute" }] },
    node,
    false,
  ],
  "a toleration with an unknown operator": [
    { tolerations: [{ key: "dedicated", operator: "Like", value: "games" }] },
    node,
    false,
  ],
  "a taint that only advises": [{}, taint("dedicated", "PreferNoSchedule"), true],
  "a taint that evicts": [{}, taint("dedicated", "NoExecute"), false],
  "a node under pressure": [{}, taint("node.kubernetes.io/disk-pressure"), true],
  "a cordoned node": [{}, taint("node.kubernetes.io/unschedulable"), true],
  "a node that is not ready": [{}, taint("node.kubernetes.io/not-ready", "NoExecute"), true],
  "a control plane": [{}, taint("node-role.kubernetes.io/control-plane"), false],
  "a node that a cloud has not initialised": [
    {},
    taint("node.cloudprovider.kubernetes.io/uninitialized"),
    true,
  ],
  "a node of the Cluster API": [{}, taint("node.cluster.x-k8s.io/uninitialized"), true],
  "a node of Karpenter that starts": [{}, taint("karpenter.sh/unregistered", "NoExecute"), true],
  "a node that the autoscaler deletes": [{}, taint("ToBeDeletedByClusterAutoscaler"), true],
  "a startup taint of the autoscaler": [
    {},
    taint("startup-taint.cluster-autoscaler.kubernetes.io/images"),
    true,
  ],
  "a network that is not there yet": [{}, taint("node.cilium.io/agent-not-ready"), true],
  "its own node by name": [{ nodeName: "n1" }, untainted, true],
  "another node by name": [{ nodeName: "n2" }, untainted, false],
  "a named node is not scheduled, so what forbids that does not count": [{ nodeName: "n1" }, node, true],
  "a named node that evicts": [{ nodeName: "n1" }, taint("dedicated", "NoExecute"), false],
  "a nodeSelector that holds": [
    { nodeSelector: { pool: "games", "kubernetes.io/arch": "arm64" } },
    untainted,
    true,
  ],
  "a nodeSelector with another value": [
    { nodeSelector: { "kubernetes.io/arch": "amd64" } },
    untainted,
    false,
  ],
  "a nodeSelector for a label that is not there": [{ nodeSelector: { gpu: "" } }, untainted, false],
  "a nodeSelector for an empty value": [{ nodeSelector: { empty: "" } }, untainted, true],
  "a name of every object is no label": [terms(["constructor", "Exists"]), untainted, false],
  "no term at all matches no node": [{ requiredTerms: [] }, untainted, false],
  "an empty term matches no node": [{ requiredTerms: [{ labels: [], fields: [] }] }, untainted, false],
  "requirements of one term hold together": [terms(["pool", "Exists"], ["gpu", "Exists"]), untainted, false],
  "one of several terms is enough": [
    {
      requiredTerms: [
        ...(terms(["gpu", "Exists"]).requiredTerms ?? []),
        ...(terms(["pool", "Exists"]).requiredTerms ?? []),
      ],
    },
    untainted,
    true,
  ],
  "a size above": [terms(["size", "Gt", "7"]), untainted, true],
  "a size that is not above": [terms(["size", "Gt", "8"]), untainted, false],
  "a size below": [terms(["size", "Lt", "10"]), untainted, true],
  "a comparison with a label that is no number": [terms(["pool", "Gt", "1"]), untainted, false],
  "a comparison beyond 64 bits": [terms(["size", "Lt", "9223372036854775808"]), untainted, false],
  "values that are missing": [terms(["gpu", "NotIn"]), untainted, false],
  "values where none belong": [terms(["pool", "Exists", "games"]), untainted, false],
  "an unknown operator": [terms(["pool", "Like", "games"]), untainted, false],
  "the node's name as a field": [field("metadata.name", "In", "n1"), untainted, true],
  "another node's name as a field": [field("metadata.name", "In", "n2"), untainted, false],
  "not another node's name": [field("metadata.name", "NotIn", "n2"), untainted, true],
  "a field that Kubernetes does not know": [field("spec.podCIDR", "NotIn", "x"), untainted, false],
};
for (const [name, [placement, where, here]] of Object.entries(cases)) {
  test(`${name}: ${here ? "here" : "elsewhere"}`, () => {
    assert.equal(decidePlacement(placement, where).here, here);
  });
}

test("a configured startup taint does not count, and nothing that only begins like it", () => {
  assert.equal(decidePlacement({}, taint("example.com/images"), ["example.com/images"]).here, true);
  assert.equal(decidePlacement({}, taint("example.com/images2"), ["example.com/images"]).here, false);
});

test("says in one printable line why it is elsewhere", () => {
  assert.deepEqual(decidePlacement({}, node), {
    here: false,
    reason: "it does not tolerate this node's taint dedicated=games:NoSchedule",
  });
  const hostile = decidePlacement({ nodeSelector: { "a\u001b[2J": "x\n".repeat(1000) } }, node);
  assert.ok(!hostile.here && /^[ -~…]{1,300}$/.test(hostile.reason));
});

const key = fc.constantFrom("a", "b");
const value = fc.constantFrom("", "1", "2", "x");
const operator = fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt");
const requirement: fc.Arbitrary<NodeRequirement> = fc
  .record({ key, operator, values: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }) })
  .map(({ key, operator, values }) => {
    if (operator.includes("Exist")) return { key, operator, values: [] };
    return {
      key,
      operator,
      values: operator.length === 2 && operator !== "In" ? values.slice(0, 1) : values,
    };
  });
const effect = fc.constantFrom("NoSchedule", "NoExecute", "PreferNoSchedule");
const anyNode = fc.record({
  name: fc.constantFrom("n1", "n2"),
  labels: fc.dictionary(key, value),
  taints: fc.uniqueArray(fc.record({ key, value, effect }), { maxLength: 2 }),
  diskPressure: fc.boolean(),
});
const toleration = fc.oneof(
  fc.record({ key, value, effect: fc.oneof(effect, fc.constant("")) }),
  fc.record({ key, operator: fc.constant("Equal"), value }),
  fc.record({ key, operator: fc.constant("Exists") }),
  fc.constant({ operator: "Exists" }),
);
const anyPlacement = fc.record(
  {
    nodeSelector: fc.dictionary(key, value, { maxKeys: 1 }),
    requiredTerms: fc.array(
      fc.record({ labels: fc.array(requirement, { maxLength: 2 }), fields: fc.constant([]) }),
      { maxLength: 2 },
    ),
    tolerations: fc.array(toleration, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

/** The rules of the scheduler, said a second time. */
function couldRun(pod: PodPlacement, on: NodeFacts): boolean {
  const labels = new Map(Object.entries(on.labels));
  const number = (text: string | undefined) => (/^[0-9]+$/.test(text ?? "") ? Number(text) : Number.NaN);
  const rules: Record<string, (requirement: NodeRequirement) => boolean> = {
    In: ({ key, values }) => values.some((item) => labels.get(key) === item),
    NotIn: ({ key, values }) => !values.some((item) => labels.get(key) === item),
    Exists: ({ key }) => labels.has(key),
    DoesNotExist: ({ key }) => !labels.has(key),
    Gt: ({ key, values }) => number(labels.get(key)) > number(values[0]),
    Lt: ({ key, values }) => number(labels.get(key)) < number(values[0]),
  };
  const selected = Object.entries(pod.nodeSelector ?? {}).every(([name, item]) => labels.get(name) === item);
  const close =
    pod.requiredTerms === undefined ||
    pod.requiredTerms.some(
      (term) => term.labels.length > 0 && term.labels.every((r) => rules[r.operator]?.(r)),
    );
  const repelled = on.taints.some(
    (t) =>
      t.effect !== "PreferNoSchedule" &&
      !(pod.tolerations ?? []).some(
        (tol) =>
          (!tol.effect || tol.effect === t.effect) &&
          (!tol.key || tol.key === t.key) &&
          (tol.operator === "Exists" || (tol.value ?? "") === t.value),
      ),
  );
  return selected && close && !repelled;
}

test("decides as the scheduler's rules do", () => {
  fc.assert(
    fc.property(anyPlacement, anyNode, (pod, on) => {
      assert.equal(decidePlacement(pod, on).here, couldRun(pod, on));
    }),
    { numRuns: 2000 },
  );
});
