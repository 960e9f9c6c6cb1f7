import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { listMissing, pushFreshImages, pushPrivateImage } from "./images.ts";
import { allNodes, createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labNodes, variable } from "./lab.ts";
import { createOriginalManifest } from "./original-manifest.ts";

const namespace = "original-test";
const image = variable("PRESTOW_LAB_IMAGE");

async function createList(name: string, images: readonly string[]): Promise<void> {
  const list = `--from-literal=images.txt=${images.join("\n")}\n`;
  await kubectl("create", "configmap", name, "--namespace", namespace, list);
}

async function createSecret(name: string, dockerConfig: string): Promise<void> {
  const data = `--from-literal=.dockerconfigjson=${dockerConfig}`;
  const type = "--type=kubernetes.io/dockerconfigjson";
  await kubectl("create", "secret", "generic", name, "--namespace", namespace, type, data);
}

async function assertPresent(images: readonly string[]): Promise<void> {
  for (const node of labNodes()) assert.deepEqual(await listMissing(node, images), [], node.name);
}

before(() => createNamespace(namespace));
after(() => removeNamespace(namespace));

test("the original's manifest with nothing but the image changed fetches, labels the nodes and stays", async () => {
  const instance = createInstance({ name: "original-plain", namespace });
  try {
    const images = await pushFreshImages(2);
    await createList(instance.name, images);
    await instance.applyObjects(createOriginalManifest({ name: instance.name, namespace, image }));
    await instance.rollout();
    await assertPresent(images);
    assert.deepEqual(await instance.labels(), allNodes("succeeded"));
    assert.deepEqual(Object.values(await instance.restarts()), [0, 0]);
  } finally {
    await instance.remove();
  }
});

test("the original's manifest with a secret and metrics works within its limits, and the aggregator has every result", async () => {
  const name = "original-full";
  const instance = createInstance({ name, namespace });
  try {
    const images = [...(await pushFreshImages(2)), await pushPrivateImage()];
    await createList(name, images);
    await createSecret("pull", readFileSync(variable("PRESTOW_LAB_DOCKER_CONFIG"), "utf8"));
    const settings = { name, namespace, image, secret: "pull", metrics: true };
    await instance.applyObjects(createOriginalManifest(settings));
    await instance.rollout();
    await assertPresent(images);
    assert.deepEqual(await instance.labels(), allNodes("succeeded"));
    const address = await kubectl(
      ...["get", "service", `${name}-metrics`, "--namespace", namespace],
      "--output=jsonpath={.spec.clusterIP}",
    );
    await eventually(async () => {
      const results = (await (await fetch(`http://${address}:8080/metrics`)).json()) as { node: string }[];
      assert.equal(results.length, images.length * labNodes().length);
    });
    assert.deepEqual(Object.values(await instance.restarts()), [0, 0, 0]);
  } finally {
    await instance.remove();
  }
});
