import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { listMissing, pushRunnableImage } from "./images.ts";
import { createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { kubectl, labNodes } from "./lab.ts";

const namespace = "pod-start-test";
const image = await pushRunnableImage();
const instance = createInstance({ name: namespace, images: [image] });
const inNamespace = ["--namespace", namespace] as const;

before(async () => {
  await createNamespace(namespace);
  for (const node of labNodes()) assert.deepEqual(await listMissing(node, [image]), [image]);
  await instance.apply();
  await instance.rollout();
});

after(async () => {
  await instance.remove();
  await removeNamespace(namespace);
});

async function runPod(name: string, nodeName: string, policy: string): Promise<void> {
  const overrides = JSON.stringify({ spec: { nodeName, terminationGracePeriodSeconds: 0 } });
  const what = [name, `--image=${image}`, `--image-pull-policy=${policy}`, `--overrides=${overrides}`];
  await kubectl("run", ...what, ...inNamespace);
  await kubectl("wait", "--for=condition=Ready", `pod/${name}`, "--timeout=30s", ...inNamespace);
}

/** What the kubelet said of a pod's image. */
async function readEvents(pod: string): Promise<{ reason: string; message: string }[]> {
  const selector = `--field-selector=involvedObject.name=${pod}`;
  return JSON.parse(await kubectl("get", "events", selector, "--output=json", ...inNamespace)).items;
}

for (const policy of ["IfNotPresent", "Never"]) {
  test(`a pod with imagePullPolicy ${policy} starts on each node from what was fetched, without a pull`, async () => {
    for (const { name: node } of labNodes()) {
      const pod = `${policy.toLowerCase()}-${node}`;
      await runPod(pod, node, policy);
      const events = await readEvents(pod);
      const reasons = events.map(({ reason }) => reason);
      assert.ok(!reasons.includes("Pulling"), reasons.join());
      const pulled = events.find(({ reason }) => reason === "Pulled");
      assert.match(pulled?.message ?? "", /already present on machine/);
    }
  });
}
