import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runForeignPod } from "./hold-foreign.ts";
import { buildRunnableImages, pushHoldImage, pushHoldImages } from "./hold-images.ts";
import { imagesVariable } from "./hold-owner.ts";
import { nodeNames, readPods, waitUntilHeld } from "./hold-pods.ts";
import { readRegistryLog } from "./hold-registry-log.ts";
import { pullImage } from "./images.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labNodes, runLab, variable } from "./lab.ts";
import { applyObjects, readObject } from "./objects.ts";
import { createPullerManifest, pullerNames } from "./puller-manifest.ts";

const namespace = "hold-swap-test";
const inNamespace = ["--namespace", namespace] as const;
const image = variable("PRESTOW_LAB_IMAGE");
const [runnable] = await buildRunnableImages(1);
assert.ok(runnable);
const usable = await pushHoldImage("usable", runnable);
const images = [...(await pushHoldImages("swapped", 2)), usable];
const [later] = await pushHoldImages("later", 1);
assert.ok(later);
const settings = { image, namespace, images: imagesVariable(images) };
const { deployment, daemonSet } = pullerNames(settings);
const refs = images.map(({ ref }) => ref);

before(async () => {
  await createNamespace(namespace);
  await applyObjects(...createPullerManifest(settings));
});

after(() => removeNamespace(namespace));

async function rollout(): Promise<void> {
  await kubectl("rollout", "status", `deployment/${deployment}`, "--timeout=120s", ...inNamespace);
}

interface DaemonSet {
  readonly metadata: {
    readonly uid: string;
    readonly ownerReferences: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] };
    };
  };
}

function readDaemonSet(): Promise<DaemonSet> {
  return readObject<DaemonSet>("daemonset", daemonSet, ...inNamespace);
}

function readLog(): Promise<string> {
  return kubectl("logs", `deployment/${deployment}`, ...inNamespace);
}

test("the puller's chart with nothing but the image changed holds all images on every node, in the puller's shape", async () => {
  await rollout();
  await waitUntilHeld(namespace, refs);
  const { metadata, spec } = await readDaemonSet();
  assert.deepEqual(
    metadata.ownerReferences.map(({ kind, name }) => ({ kind, name })),
    [{ kind: "Deployment", name: deployment }],
  );
  assert.deepEqual(
    spec.template.spec.containers.map(({ command }) => command),
    images.map(() => ["/kip/sleep"]),
  );
});

test("what the puller's Role does not allow is said once, with the rule to add, and stops nothing", async () => {
  const rules = [
    ...(await readLog()).matchAll(/ is missing" rule="(.+)"$|or add this rule" .*rule="(.+)"$/gm),
  ];
  const told = rules.map(([, first, second]) => first ?? second ?? "");
  for (const resource of ["leases", "events", "nodes", "configmaps", "daemonsets"])
    assert.equal(told.filter((rule) => rule.includes(resource)).length, 1, `${resource}\n${told.join("\n")}`);
  assert.equal(new Set(told).size, told.length, told.join("\n"));
  const [pod] = (
    await readObject<{ items: { status: { containerStatuses: { restartCount: number }[] } }[] }>(
      "pods",
      ...inNamespace,
      "--selector",
      `app=${deployment}`,
    )
  ).items;
  assert.equal(pod?.status.containerStatuses[0]?.restartCount, 0);
});

test("a pod of another namespace that names a held image as everybody does starts without a pull", async () => {
  const said = await runForeignPod({ namespace: "default", name: namespace, image: usable.ref });
  assert.ok(!said.reasons.includes("Pulling"), said.reasons.join());
  assert.match(said.pulled, /already present on machine/);
});

test("a controller that is restarted leaves the pods that hold as they are", async () => {
  const before = (await readPods(namespace)).map(({ metadata }) => metadata.uid);
  await kubectl("rollout", "restart", `deployment/${deployment}`, ...inNamespace);
  await rollout();
  await eventually(async () => assert.match(await readLog(), /every node holds its images/), 60_000);
  assert.deepEqual(
    (await readPods(namespace)).map(({ metadata }) => metadata.uid),
    before,
  );
});

test("a node that is added gets all images unasked", async () => {
  const added = `node${labNodes().length + 1}`;
  const said = await runLab("add-node");
  try {
    const criSocket = /^(\S+) is ready: \S+, (\S+)$/m.exec(said)?.[2] ?? "";
    // The lab's own image is large; how fast it comes is not what is shown here.
    await pullImage({ criSocket }, image);
    await waitUntilHeld(namespace, refs, 180_000, [...nodeNames(), added]);
  } finally {
    assert.equal(await runLab("remove-node"), `${added} is gone.\n`);
    const gone = [`--field-selector=spec.nodeName=${added}`, "--force", "--grace-period=0"];
    await kubectl("delete", "pods", ...gone, ...inNamespace);
  }
});

test("other IMAGES are rolled out, and not a blob of what stays is asked for again", async () => {
  const [dropped, ...kept] = images;
  assert.ok(dropped);
  const next = [...kept, later];
  const log = readRegistryLog();
  await applyObjects(...createPullerManifest({ ...settings, images: imagesVariable(next) }));
  await kubectl("rollout", "restart", `deployment/${deployment}`, ...inNamespace);
  await rollout();
  await waitUntilHeld(
    namespace,
    next.map(({ ref }) => ref),
  );
  await eventually(async () => {
    const [first] = await readPods(namespace);
    assert.ok(first && !first.spec.containers.some((container) => container.image === dropped.ref));
  });
  assert.ok(log.countBlobRequests(later.repository) > 0, "the registry's log says nothing");
  for (const { repository } of kept) assert.equal(log.countBlobRequests(repository), 0, repository);
});

test("a Deployment that is scaled to nothing lets go of everything", async () => {
  await kubectl("scale", `deployment/${deployment}`, "--replicas=0", ...inNamespace);
  await eventually(async () => {
    assert.equal(await kubectl("get", "daemonsets", "--output=name", ...inNamespace), "");
    assert.deepEqual(await readPods(namespace), []);
  }, 120_000);
});
