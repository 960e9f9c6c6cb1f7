import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readCriVersion } from "../../lab/cri-probe.ts";
import { syncedLine } from "./agent-log.ts";
import { applyFleet, installFleets, removeFleets } from "./agones.ts";
import { cleanUp } from "./clean-up.ts";
import { pullImage, pushFreshImages, removeImages, waitForImages } from "./images.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labNodes, runLab, variable } from "./lab.ts";
import { applyObjects, deleteObjects, readObject } from "./objects.ts";
import { createSyncerManifest } from "./syncer-manifest.ts";

const namespace = "agent-swap-test";
const image = variable("PRESTOW_LAB_IMAGE");
const manifest = createSyncerManifest({ image });
const [fleetImage = ""] = await pushFreshImages(1);
const [node] = labNodes();
assert.ok(node);

before(async () => {
  await installFleets();
  await createNamespace(namespace);
  // The manifest never pulls its own image.
  for (const node of labNodes()) await pullImage(node, image);
  await applyObjects(...manifest);
});

after(() =>
  cleanUp(
    () => deleteObjects(...manifest),
    removeFleets,
    () => removeNamespace(namespace),
  ),
);

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

const inDefault = ["--namespace=default", "--selector=name=octops-image-syncer"] as const;

async function readPod(nodeName: string): Promise<Pod> {
  const { items } = await readObject<{ items: Pod[] }>("pods", ...inDefault);
  const pod = items.find(({ spec }) => spec.nodeName === nodeName);
  assert.ok(pod);
  return pod;
}

test("the syncer's manifest with nothing but the image changed brings a Fleet's image to every node, and says so", async () => {
  const rollout = ["rollout", "status", "daemonset/octops-image-syncer", "--namespace=default"] as const;
  await kubectl(...rollout, "--timeout=120s");
  await applyFleet(namespace, "swapped", fleetImage);
  await waitForImages([fleetImage]);
  for (const { name } of labNodes()) {
    const pod = (await readPod(name)).metadata.name;
    const log = () => kubectl("logs", pod, "--namespace=default");
    await eventually(async () => assert.match(await log(), syncedLine("swapped", fleetImage)));
    assert.equal((await readPod(name)).status.containerStatuses?.[0]?.restartCount, 0);
  }
});

test("a mounted socket that died with its containerd is left by a restart, and images are repaired again", async () => {
  await runLab("part", "restart", `containerd-${node.name}`);
  await eventually(() => readCriVersion(node.criSocket, 2_000));
  await removeImages(node, [fleetImage]);
  await waitForImages([fleetImage], [node], 120_000);
  const [status] = (await readPod(node.name)).status.containerStatuses ?? [];
  assert.ok((status?.restartCount ?? 0) > 0);
});
