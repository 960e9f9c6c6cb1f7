import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pushHoldImages } from "./hold-images.ts";
import { forgetLeader } from "./hold-lease.ts";
import { createOwner, holdVariables } from "./hold-owner.ts";
import { type HoldPod, heldSelector, isReady, listUnheld, nodeNames } from "./hold-pods.ts";
import { startHoldProcess, withHoldProcess } from "./hold-process.ts";
import { type PodWatch, watchPods } from "./hold-watch.ts";
import { removeNamespace } from "./instance.ts";
import { kwokToleration, removeSimulatedNodes, simulateNodes } from "./kwok.ts";
import { eventually } from "./lab.ts";
import { readObject } from "./objects.ts";

const namespace = "hold-slots-test";
const simulated = 48;
const budget = 5;
const [first, second] = await pushHoldImages("slots", 2);
assert.ok(first && second);
const variables = {
  MAX_NODES: "10%",
  TOLERATIONS: JSON.stringify([kwokToleration]),
};
let watch: PodWatch;
let most = 0;

before(async () => {
  await createOwner(namespace);
  await simulateNodes(simulated);
  watch = await watchPods(namespace, heldSelector, (pods) => {
    const open = pods.filter(isOpen);
    most = Math.max(most, open.length);
    return open.length > budget ? open.map(({ metadata }) => metadata.name).join() : undefined;
  });
});

after(async () => {
  await watch?.stop();
  await removeNamespace(namespace);
  await removeSimulatedNodes();
});

/** Whether a pod has a slot that it has not given back. */
function isOpen(pod: HoldPod): boolean {
  const gated = (pod.spec.schedulingGates ?? []).length > 0;
  return !gated && !isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

async function readAllNodes(): Promise<string[]> {
  const { items } = await readObject<{ items: { metadata: { name: string } }[] }>("nodes");
  return items.map(({ metadata }) => metadata.name);
}

async function waitUntilAllHold(references: readonly string[]): Promise<void> {
  const nodes = await readAllNodes();
  assert.equal(nodes.length, simulated + nodeNames().length);
  await eventually(async () => {
    const unheld = listUnheld(watch.pods.values(), references, nodes);
    assert.deepEqual(unheld, [], `${unheld.length} of ${nodes.length} are left`);
  }, 180_000);
}

test(`with ${simulated} simulated nodes more than ${budget} pods are never ungated and unready, also where the controller is killed half way`, async () => {
  const ours = holdVariables(namespace, [first], variables);
  const early = startHoldProcess(ours);
  try {
    await eventually(async () => {
      const ready = [...watch.pods.values()].filter(isReady);
      assert.ok(ready.length >= 15, `${ready.length} are ready\n${early.log().slice(-4_000)}`);
    }, 180_000);
  } finally {
    await early.end("SIGKILL");
  }
  await forgetLeader(namespace);
  await withHoldProcess(ours, [], () => waitUntilAllHold([first.pinned]));
  assert.deepEqual(watch.findings, []);
  assert.ok(most > 1 && watch.events > simulated, `${most} at once in ${watch.events} events`);
});

test("an update is let through the same gate, and each old pod holds until the new one is ready", async () => {
  const nodes = await readAllNodes();
  const looking = await watchPods(
    namespace,
    heldSelector,
    (pods) => listUnheld(pods, [first.pinned], nodes)[0],
  );
  try {
    const ours = holdVariables(namespace, [first, second], variables);
    await withHoldProcess(ours, [], () => waitUntilAllHold([first.pinned, second.pinned]));
    assert.deepEqual(looking.findings, []);
    assert.deepEqual(watch.findings, []);
  } finally {
    await looking.stop();
  }
});
