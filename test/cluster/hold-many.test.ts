import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Hold, type HoldValues, installHold } from "./hold.ts";
import { collectImages } from "./hold-collection.ts";
import { addHoldImage, countBlobRequests, type HoldImage } from "./hold-images.ts";
import { readLeader, waitForLeader } from "./hold-lease.ts";
import { ownerName } from "./hold-owner.ts";
import { heldSelector, listUnheld, nodeNames, readPods, referencesOf } from "./hold-pods.ts";
import { type PodWatch, watchPods } from "./hold-watch.ts";
import { startHubRegistry } from "./hub-registry.ts";
import { eventually, kubectl, labNodes } from "./lab.ts";
import { readObject } from "./objects.ts";

const namespace = "hold-many-test";
const inNamespace = ["--namespace", namespace] as const;
const registry = await startHubRegistry();
const good = Array.from({ length: 27 }, (_, index) => addHoldImage(registry, `good-${index + 1}`));
const absent: HoldImage = {
  name: "absent",
  ref: `${registry.host}/held/absent:v1`,
  pinned: "",
  repository: "held/absent",
};
const denied = addHoldImage(registry, "denied");
const broken = addHoldImage(registry, "broken");
registry.protect(denied.repository, { scheme: "basic", username: "nobody", password: "knows-it" });
registry.fault(broken.repository, { kind: "corrupt", on: "blob" });
const bad = [absent, denied, broken];
// The bad ones are not the last.
const images = [...good.slice(0, 9), absent, ...good.slice(9, 18), denied, broken, ...good.slice(18)];
const values: HoldValues = { images, plainHttpRegistries: [registry.host] };
const pinned = good.map((image) => image.pinned);
let hold: Hold;

before(async () => {
  hold = await installHold(namespace, values);
});

after(async () => {
  await kubectl("uncordon", ...nodeNames());
  await hold?.remove();
  await registry.close();
});

test("of 30 images with three bad ones among them 27 are held on every node", async () => {
  await hold.settled(pinned, 270_000);
  for (const pod of await readPods(namespace)) {
    const named = referencesOf(pod);
    for (const image of bad) assert.ok(!named.some((reference) => reference.includes(image.repository)));
  }
});

test("the three bad ones are reported with what is wrong with each, the others as held", async () => {
  await eventually(async () => {
    const { summary, images } = await hold.status();
    assert.match(summary, /^27 of 30 images held, 2 of 2 nodes ready, 3 failing/);
    const kindOf = ({ name }: HoldImage) => images.find((image) => image.name === name)?.failure?.kind;
    assert.deepEqual(bad.map(kindOf), ["not-found", "denied", "corrupt"]);
    const held = images.filter(
      ({ phase, readyNodes }) => phase === "proven" && readyNodes === nodeNames().length,
    );
    assert.deepEqual(
      held.map(({ image }) => image),
      good.map(({ ref }) => ref),
    );
  }, 120_000);
});

test("none of the 27 is taken by a kubelet that collects every unused image", async () => {
  const [node] = labNodes();
  assert.ok(node);
  registry.resetRecord();
  assert.deepEqual(await collectImages(node, pinned), []);
  for (const image of good) assert.equal(countBlobRequests(registry, image), 0, image.name);
});

/** Does something to the controller while a watch sees to it that every node holds everything, by the same pods. */
async function assertUntouched(work: () => Promise<void>): Promise<void> {
  const nodes = nodeNames();
  const look = (pods: readonly Parameters<typeof referencesOf>[0][]) => listUnheld(pods, pinned, nodes)[0];
  const watch: PodWatch = await watchPods(namespace, heldSelector, look);
  const before = [...watch.pods.keys()].toSorted();
  try {
    await work();
    assert.deepEqual(watch.findings, []);
    assert.deepEqual([...watch.pods.keys()].toSorted(), before);
  } finally {
    await watch.stop();
  }
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
}

async function readControllers(): Promise<Pod[]> {
  const what = ["pods", "--selector", `app=${ownerName}`, ...inNamespace] as const;
  const { items } = await readObject<{ items: Pod[] }>(...what);
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

test("a controller that is upgraded lets go of nothing", async () => {
  const leader = await readLeader(namespace);
  await assertUntouched(async () => {
    await hold.upgrade({ ...values, memoryLimit: "300Mi" });
    await waitForLeader(namespace, leader);
  });
});

test("a controller whose node is drained lets go of nothing", async () => {
  const [controller] = await readControllers();
  assert.ok(controller);
  const leader = await readLeader(namespace);
  await assertUntouched(async () => {
    const only = ["--ignore-daemonsets", "--delete-emptydir-data", `--pod-selector=app=${ownerName}`];
    await kubectl("drain", controller.spec.nodeName, ...only, "--timeout=90s");
    await hold.rollout();
    await waitForLeader(namespace, leader);
    await kubectl("uncordon", controller.spec.nodeName);
  });
});

test("of two replicas one leads; the other takes over when that one is gone, and when there is one again", async () => {
  await assertUntouched(async () => {
    await kubectl("scale", `deployment/${ownerName}`, "--replicas=2", ...inNamespace);
    await hold.rollout();
    const leader = await readLeader(namespace);
    const leading = (await readControllers()).filter(({ metadata }) => leader.includes(metadata.name));
    assert.equal(leading.length, 1, leader);
    const [pod] = leading;
    await kubectl("delete", "pod", pod?.metadata.name ?? "", "--force", "--grace-period=0", ...inNamespace);
    await waitForLeader(namespace, leader);
    await hold.rollout();
    await kubectl("scale", `deployment/${ownerName}`, "--replicas=1", ...inNamespace);
    await eventually(async () => {
      const [last, ...more] = await readControllers();
      assert.deepEqual(more, []);
      assert.ok((await readLeader(namespace)).includes(last?.metadata.name ?? "?"));
    }, 90_000);
  });
});
