import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createHelm, type Helm, holdChart, valuesArgument } from "./helm.ts";
import { everyValue, neededValues, refusedValues } from "./helm-values.ts";
import { pushHoldImages } from "./hold-images.ts";
import { imagesVariable } from "./hold-owner.ts";
import { readPods, waitUntilHeld, waitUntilSettled } from "./hold-pods.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

// The steps of kubernetes-image-puller's README; its release has this name, its namespace too.
const [release, namespace] = ["kubernetes-image-puller", "k8s-image-puller"];
const inNamespace = ["--namespace", namespace] as const;
const workspace = createWorkspace();
let helm: Helm;

before(async () => {
  helm = await createHelm(workspace);
  await createNamespace(namespace);
  const restricted = "pod-security.kubernetes.io/enforce=restricted";
  await kubectl("label", "namespace", namespace, restricted);
});

after(async () => {
  await helm("uninstall", release, ...inNamespace, "--ignore-not-found", "--wait");
  await removeNamespace(namespace);
  workspace.remove();
});

async function assertAccepted(manifest: string): Promise<void> {
  const file = workspace.write("manifest.yaml", manifest);
  await kubectl("apply", "--dry-run=server", "--validate=strict", "--filename", file);
}

function template(...values: string[]): Promise<string> {
  return helm("template", release, holdChart, ...inNamespace, ...values);
}

test("the chart's objects are valid with its defaults, and with a value for each setting, which is where it belongs", async () => {
  const needed = neededValues(workspace, "a=registry/b:1");
  await helm("lint", "--strict", holdChart, needed);
  await assertAccepted(await template(needed));
  const manifest = await template(valuesArgument(workspace, everyValue.values));
  await assertAccepted(manifest);
  for (const found of everyValue.found) assert.match(manifest, new RegExp(found));
});

test("values that cannot be are refused with their names, and what is needed is asked for", async () => {
  const needed = neededValues(workspace, "a=registry/b:1");
  for (const [setting, message] of refusedValues)
    await assert.rejects(template(needed, "--set", setting), message, setting);
  await assert.rejects(template(), /configMap\.images is not set|image\.repository is not set/);
});

test("what is not wanted of the whole cluster can be left out", async () => {
  const leftOut = ["--set=rbac.nodes=false", "--set=heldPods.priorityClass.create=false"];
  const manifest = await template(neededValues(workspace, "a=registry/b:1"), ...leftOut);
  assert.doesNotMatch(manifest, /kind: (ClusterRole|PriorityClass)/);
});

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

async function readLog(): Promise<string> {
  return kubectl("logs", `deployment/${release}`, ...inNamespace);
}

async function readControllerUid(): Promise<string | undefined> {
  const pods = await readObject<{ items: { metadata: { uid: string } }[] }>(
    ...(["pods", "--selector", `app=${release}`, ...inNamespace] as const),
  );
  return pods.items[0]?.metadata.uid;
}

test("installed as its README says, in a namespace of the restricted standard, it holds every image on every node", async () => {
  const images = await pushHoldImages("chart", 3);
  const pinned = images.map((image) => image.pinned);
  const values = neededValues(workspace, imagesVariable(images), { maxNodes: "100%" });
  await helm("install", release, holdChart, ...inNamespace, values, "--wait", "--timeout=120s");
  await waitUntilSettled(namespace, pinned);
  const [pod] = await readPods(namespace);
  const { priority } = (
    await readObject<{ spec: { priority: number } }>(
      ...(["pod", pod?.metadata.name ?? "", ...inNamespace] as const),
    )
  ).spec;
  assert.equal(priority, -10);
});

test("its Role allows all that the controller wants to do", async () => {
  assert.doesNotMatch(await readLog(), /may not|forbidden/i);
  const status = ["configmap", `${release}-status`, ...inNamespace] as const;
  await eventually(() => kubectl("get", ...status), 60_000);
});

test("an upgrade with other images is noticed by the controller that runs, which is not replaced", async () => {
  const [controller, images] = [await readControllerUid(), await pushHoldImages("upgraded", 2)];
  const values = neededValues(workspace, imagesVariable(images), { maxNodes: "100%" });
  await helm("upgrade", release, holdChart, ...inNamespace, values, "--wait", "--timeout=120s");
  // The kubelet looks at mounted ConfigMaps once a minute or so.
  await waitUntilHeld(
    namespace,
    images.map((image) => image.pinned),
    300_000,
  );
  assert.equal(await readControllerUid(), controller);
});

const namespaced =
  "pods,daemonsets,deployments,configmaps,serviceaccounts,roles,rolebindings,leases,services,secrets";
const ofCluster = "clusterroles,clusterrolebindings,priorityclasses";

test("nothing is left when it is uninstalled", async () => {
  await helm("uninstall", release, ...inNamespace, "--wait", "--timeout=120s");
  await eventually(async () => {
    const { items } = await readObject<{ items: Named[] }>(namespaced, ...inNamespace);
    const left = items.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.deepEqual(left.toSorted(), ["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"]);
  }, 120_000);
  const mine = `app.kubernetes.io/instance=${release}`;
  assert.equal(await kubectl("get", ofCluster, "--selector", mine, "--output=name"), "");
});
