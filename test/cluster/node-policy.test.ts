import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createToken, createTokenKubectl } from "./account.ts";
import { pushFreshImages } from "./images.ts";
import { createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labNodes } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

const namespace = "policy-test";
const label = `image-prefetcher.stackrox.io/${namespace}`;
const [own = "", other = ""] = labNodes().map(({ name }) => name);
const instance = createInstance({ name: namespace, images: await pushFreshImages(1) });
const workspace = createWorkspace();
const tokens = { bound: "", unbound: "" };
let asToken: Awaited<ReturnType<typeof createTokenKubectl>>;

before(async () => {
  await createNamespace(namespace);
  await instance.apply();
  await instance.rollout();
  asToken = await createTokenKubectl(workspace);
  const selector = ["--selector", `app=${namespace}`, `--field-selector=spec.nodeName=${own}`];
  const { items } = await readObject<{ items: { metadata: { name: string; uid: string } }[] }>(
    ...["pods", ...selector, "--namespace", namespace],
  );
  const { name = "", uid = "" } = items[0]?.metadata ?? {};
  tokens.unbound = await createToken({ namespace, account: namespace });
  tokens.bound = await createToken({ namespace, account: namespace, bound: { kind: "Pod", name, uid } });
  await kubectl("label", "node", own, "prestow-test=before", "--overwrite");
  await kubectl("annotate", "node", own, "prestow-test=before", "--overwrite");
  // The API server reads a new policy a moment after it was made.
  await eventually(() => assert.rejects(patch(tokens.bound, own, labels({ "prestow-test": "after" }))));
});

after(async () => {
  await kubectl("label", "node", own, "prestow-test-");
  await kubectl("annotate", "node", own, "prestow-test-");
  await instance.remove();
  await removeNamespace(namespace);
  workspace.remove();
});

/** Patches a node as the one whose token it is. */
function patch(token: string, node: string, change: object, ...flags: string[]): Promise<string> {
  return asToken(token, "patch", "node", node, "--type=merge", "--patch", JSON.stringify(change), ...flags);
}

function labels(changed: Readonly<Record<string, string | null>>): object {
  return { metadata: { labels: changed } };
}

async function readNode(): Promise<object> {
  const { metadata, spec, status } = JSON.parse(await kubectl("get", "node", own, "--output=json"));
  return { labels: metadata.labels, annotations: metadata.annotations, spec, capacity: status.capacity };
}

test("a pod may write its own instance's label of its own node: succeeded, failed, the same again, and none", async () => {
  for (const value of ["failed", "failed", "succeeded", null]) {
    await patch(tokens.bound, own, labels({ [label]: value }));
    assert.equal((await instance.labels())[own], value ?? "");
  }
});

// One that there is: a node whose owner is gone would be collected, if the policy let this pass.
const owner = {
  apiVersion: "v1",
  kind: "Node",
  name: other,
  uid: await kubectl("get", "node", other, "--output=jsonpath={.metadata.uid}"),
};
const refused: Record<string, object> = {
  "another value": labels({ [label]: "evil" }),
  "the label of another instance": labels({ "image-prefetcher.stackrox.io/yours": "failed" }),
  "a label that somebody else set": labels({ "prestow-test": "after" }),
  "the absence of such a label": labels({ "prestow-test": null }),
  "its own label and another": labels({ [label]: "failed", "node-role.kubernetes.io/control-plane": "" }),
  "an annotation": { metadata: { annotations: { "prestow-test": "after" } } },
  "a new annotation": { metadata: { annotations: { "prestow-test-2": "after" } } },
  "a finalizer": { metadata: { finalizers: ["prestow.dev/test"] } },
  "an owner": { metadata: { ownerReferences: [owner] } },
  "a taint": { spec: { taints: [{ key: "a", value: "b", effect: "PreferNoSchedule" }] } },
  "a cordon": { spec: { unschedulable: true } },
};

for (const [what, change] of Object.entries(refused)) {
  test(`a pod may not write to its own node ${what}`, async () => {
    const before = await readNode();
    await assert.rejects(patch(tokens.bound, own, change), /ValidatingAdmissionPolicy .+ denied request/s);
    assert.deepEqual(await readNode(), before);
  });
}

test("a pod may not change its node's status, by either way", async () => {
  const before = await readNode();
  const change = { status: { capacity: { cpu: "999" } } };
  await patch(tokens.bound, own, change);
  await assert.rejects(patch(tokens.bound, own, change, "--subresource=status"), /forbidden/i);
  assert.deepEqual(await readNode(), before);
});

test("a pod may not write the label of another node", async () => {
  const change = labels({ [label]: "failed" });
  await assert.rejects(
    patch(tokens.bound, other, change),
    new RegExp(`node "${own}" may not change node ${other}`),
  );
});

test("a token that belongs to no pod may not write a label at all", async () => {
  const change = labels({ [label]: "failed" });
  await assert.rejects(patch(tokens.unbound, own, change), /denied request/);
});

test("somebody else is not concerned by the instance's policy", async () => {
  await kubectl("label", "node", own, "prestow-test=by-the-administrator", "--overwrite");
});
