import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createToken, createTokenKubectl, readUid } from "./account.ts";
import { type Agent, deployAgent } from "./agent.ts";
import { cleanUp } from "./clean-up.ts";
import { eventually, kubectl, labNodes } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

const namespace = "agent-policy-test";
const label = "prestow.dev/policy-test";
const taint = "prestow.dev/policy-test-missing";
const [own = "", other = ""] = labNodes().map(({ name }) => name);
const workspace = createWorkspace();
const tokens = { bound: "", unbound: "" };
let agent: Agent;
let asToken: Awaited<ReturnType<typeof createTokenKubectl>>;

before(async () => {
  agent = await deployAgent({
    name: namespace,
    agentFlags: ["--source=fleets", `--node-label=${label}`, `--startup-taint=${taint}`],
  });
  await agent.rollout();
  asToken = await createTokenKubectl(workspace);
  const { name, uid } = (await agent.podOn(own)).metadata;
  tokens.unbound = await createToken({ namespace, account: namespace });
  tokens.bound = await createToken({ namespace, account: namespace, bound: { kind: "Pod", name, uid } });
  await kubectl("label", "node", own, "prestow-test=before", "--overwrite");
  await kubectl("taint", "node", own, "prestow-test=before:PreferNoSchedule", "--overwrite");
  // The label is written once; from then on the node is left alone.
  await eventually(async () => assert.equal((await readNode()).labels[label], "ready"), 60_000);
  // The API server reads a new policy a moment after it was made.
  await eventually(() => assert.rejects(patch(tokens.bound, own, labels({ "prestow-test": "after" }))));
});

after(() =>
  cleanUp(
    () => agent?.remove(),
    () => kubectl("label", "node", own, "prestow-test-"),
    () => kubectl("taint", "node", own, "prestow-test-"),
    async () => workspace.remove(),
  ),
);

/** Patches a node as the one whose token it is. */
function patch(token: string, node: string, change: object, ...flags: string[]): Promise<string> {
  return asToken(token, "patch", "node", node, "--type=merge", "--patch", JSON.stringify(change), ...flags);
}

function labels(changed: Readonly<Record<string, string | null>>): object {
  return { metadata: { labels: changed } };
}

interface Node {
  readonly metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  readonly spec: { taints: { key: string }[] };
}

async function readNode() {
  const { metadata, spec } = await readObject<Node>("node", own);
  return { labels: metadata.labels, annotations: metadata.annotations, spec };
}

test("an agent may write its own label of its own node, and take its own taint away", async () => {
  for (const value of ["pending", "failed", "ready"])
    await patch(tokens.bound, own, labels({ [label]: value }));
  const { spec } = await readNode();
  const ours = { key: taint, effect: "PreferNoSchedule" };
  await kubectl("patch", "node", own, "--type=merge", "--patch", taints([...spec.taints, ours]));
  // The agent itself takes it away, unless this is earlier.
  await patch(tokens.bound, own, JSON.parse(taints(spec.taints)));
  assert.deepEqual((await readNode()).spec, spec);
});

function taints(all: readonly object[]): string {
  return JSON.stringify({ spec: { taints: all } });
}

const owner = { apiVersion: "v1", kind: "Node", name: other, uid: await readUid("node", other) };
const refused: Record<string, object> = {
  "another value of its label": labels({ [label]: "evil" }),
  "the label of another agent": labels({ "prestow.dev/yours": "ready" }),
  "a label that somebody else set": labels({ "prestow-test": "after" }),
  "the absence of such a label": labels({ "prestow-test": null }),
  "its own label and another": labels({ [label]: "failed", "node-role.kubernetes.io/control-plane": "" }),
  "an annotation": { metadata: { annotations: { "prestow-test": "after" } } },
  "a finalizer": { metadata: { finalizers: ["prestow.dev/test"] } },
  "an owner": { metadata: { ownerReferences: [owner] } },
  "a taint": JSON.parse(taints([{ key: "a", value: "b", effect: "PreferNoSchedule" }])),
  "its own taint": JSON.parse(taints([{ key: taint, effect: "NoSchedule" }])),
  "the absence of a taint that is not its own": JSON.parse(taints([])),
  "a cordon": { spec: { unschedulable: true } },
};

for (const [what, change] of Object.entries(refused)) {
  test(`an agent may not write to its own node ${what}`, async () => {
    const before = await readNode();
    await assert.rejects(patch(tokens.bound, own, change), /ValidatingAdmissionPolicy .+ denied request/s);
    assert.deepEqual(await readNode(), before);
  });
}

test("an agent may not change its node's status", async () => {
  const change = { status: { capacity: { cpu: "999" } } };
  await assert.rejects(patch(tokens.bound, own, change, "--subresource=status"), /forbidden/i);
});

test("an agent may not write the label of another node, nor a token that belongs to no pod", async () => {
  const change = labels({ [label]: "failed" });
  await assert.rejects(patch(tokens.bound, other, change), /denied request/);
  await assert.rejects(patch(tokens.unbound, own, change), /denied request/);
});

for (const what of ["secrets", "pods", "configmaps", "daemonsets.apps"]) {
  test(`an agent may not read ${what}, as nothing that it does needs them`, async () => {
    await assert.rejects(asToken(tokens.bound, "get", what, "--all-namespaces"), /forbidden/i);
  });
}
