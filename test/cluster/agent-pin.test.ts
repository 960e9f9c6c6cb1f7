import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Agent, deployAgent } from "./agent.ts";
import { listImages, listMissing, pullImage, pushFreshImages, waitForImages } from "./images.ts";
import { createInstance } from "./instance.ts";
import { eagerImageCollection, withKubelet } from "./kubelet.ts";
import { eventually, kubectl, type LabNodeVariables, labNodes } from "./lab.ts";
import { readObject } from "./objects.ts";

const namespace = "agent-pin-test";
const label = "prestow.dev/pin-test";
const images = await pushFreshImages(3);
const [node] = labNodes();
assert.ok(node);
let agent: Agent;

before(async () => {
  agent = await deployAgent({
    name: namespace,
    images,
    agentFlags: ["--pin", "--sync-period=5s", `--node-label=${label}`],
  });
  await agent.rollout();
});

after(() => agent?.remove());

/** The ids of some images of a node; those that it lacks have none. */
async function readIds(node: LabNodeVariables, names: readonly string[]): Promise<string[]> {
  const listed = await listImages(node);
  return listed.filter(({ repoTags }) => repoTags.some((tag) => names.includes(tag))).map(({ id }) => id);
}

async function assertPinned(pinned: readonly string[]): Promise<void> {
  for (const node of labNodes()) {
    await eventually(async () => {
      const listed = (await listImages(node)).filter((image) => image.pinned);
      const found = images.filter((image) => listed.some(({ repoTags }) => repoTags.includes(image)));
      assert.deepEqual(found, pinned, node.name);
    }, 60_000);
  }
}

async function readLabels(): Promise<(string | undefined)[]> {
  const { items } = await readObject<{ items: { metadata: { labels: Record<string, string> } }[] }>("nodes");
  return items.map(({ metadata }) => metadata.labels[label]);
}

test("every desired image is pinned on every node, and the nodes' label is ready", async () => {
  await waitForImages(images);
  await assertPinned(images);
  await eventually(
    async () =>
      assert.deepEqual(
        await readLabels(),
        labNodes().map(() => "ready"),
      ),
    60_000,
  );
});

test("a kubelet that collects every unused image leaves those that are pinned, also one that somebody pulled again", async () => {
  const controls = await pushFreshImages(2);
  for (const image of [...controls, ...images.slice(0, 1)]) await pullImage(node, image);
  assert.deepEqual(await listMissing(node, [...controls, ...images]), []);
  const ids = { pinned: await readIds(node, images), controls: await readIds(node, controls) };
  const logFile = join(node.root, "../kubelet.log");
  const before = readFileSync(logFile, "utf8").length;
  await withKubelet(node, eagerImageCollection, async () => {
    await eventually(async () => assert.deepEqual(await listMissing(node, controls), controls), 90_000);
    assert.deepEqual(await listMissing(node, images), []);
  });
  // An image that the agent had pulled again would be there, too.
  const removed = readFileSync(logFile, "utf8").slice(before);
  const isRemoved = (id: string) => removed.includes(`"Removing image to free bytes" imageID="${id}"`);
  assert.deepEqual(ids.controls.filter(isRemoved), ids.controls);
  assert.deepEqual(ids.pinned.filter(isRemoved), []);
  assert.equal(ids.pinned.length, images.length);
});

test("an uninstalled agent leaves neither pin nor label, and its images to the kubelet", async () => {
  await kubectl("delete", "daemonset", namespace, "--namespace", namespace);
  const uninstall = createInstance({
    name: namespace,
    flags: ["--strategy=agent", "--uninstall"],
    positionals: ["--", `--node-label=${label}`],
  });
  try {
    await uninstall.apply();
    await kubectl(
      "rollout",
      "status",
      `daemonset/${namespace}-uninstall`,
      "--timeout=90s",
      "--namespace",
      namespace,
    );
    await assertPinned([]);
    assert.deepEqual(
      await readLabels(),
      labNodes().map(() => undefined),
    );
    for (const node of labNodes()) assert.deepEqual(await listMissing(node, images), []);
  } finally {
    await uninstall.remove();
  }
});
