import assert from "node:assert/strict";
import { test } from "node:test";
import { extractPlacement } from "./extract-placement.ts";
import { parseNodeFacts } from "./node-facts.ts";

const required = "requiredDuringSchedulingIgnoredDuringExecution";

test("keeps what a pod spec asks of a node", () => {
  const spec = {
    nodeName: "n1",
    nodeSelector: { a: "b", odd: 1 },
    affinity: {
      podAffinity: {},
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }],
        [required]: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: "k", operator: "In", values: ["x", 1] }],
              matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }],
            },
            {},
          ],
        },
      },
    },
    tolerations: [{ key: "t", operator: "Equal", value: "v", effect: "NoExecute", tolerationSeconds: 3 }, {}],
  };
  assert.deepEqual(extractPlacement(spec), {
    nodeName: "n1",
    nodeSelector: { a: "b" },
    requiredTerms: [
      {
        labels: [{ key: "k", operator: "In", values: ["x"] }],
        fields: [{ key: "metadata.name", operator: "In", values: ["n1"] }],
      },
      { labels: [], fields: [] },
    ],
    tolerations: [{ key: "t", operator: "Equal", value: "v", effect: "NoExecute" }, {}],
  });
});

test("a pod that asks nothing has an empty placement", () => {
  const empty = { nodeName: "", nodeSelector: {}, tolerations: [], affinity: { nodeAffinity: {} } };
  for (const spec of [{}, empty, { affinity: null }, { tolerations: "x", nodeSelector: [] }]) {
    assert.deepEqual(extractPlacement(spec), {});
  }
});

test("a required affinity without terms stays one, which nothing fulfils", () => {
  const spec = { affinity: { nodeAffinity: { [required]: {} } } };
  assert.deepEqual(extractPlacement(spec), { requiredTerms: [] });
});

test("keeps name, labels, taints and pressure of a node", () => {
  const object = {
    metadata: { name: "n1", labels: { a: "b" } },
    spec: { unschedulable: true, taints: [{ key: "k", effect: "NoSchedule", timeAdded: "now" }] },
    status: {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "DiskPressure", status: "True" },
      ],
    },
  };
  assert.deepEqual(parseNodeFacts(object), {
    name: "n1",
    labels: { a: "b" },
    taints: [{ key: "k", value: "", effect: "NoSchedule" }],
    diskPressure: true,
  });
});

test("a node that says little has no pressure, and what has no name is no node", () => {
  const bare = { name: "n1", labels: {}, taints: [], diskPressure: false };
  assert.deepEqual(parseNodeFacts({ metadata: { name: "n1" } }), bare);
  const unknown = { type: "DiskPressure", status: "Unknown" };
  assert.deepEqual(parseNodeFacts({ metadata: { name: "n1" }, status: { conditions: [unknown] } }), bare);
  for (const odd of [undefined, null, "n1", {}, { metadata: { name: 1 } }])
    assert.equal(parseNodeFacts(odd), undefined);
});
