import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pushImage } from "../../lab/images/push.ts";
import { deployAgent } from "./agent.ts";
import { applyFleet, installFleets, podOf, removeFleets } from "./agones.ts";
import { cleanUp } from "./clean-up.ts";
import {
  buildFreshImage,
  freshRepository,
  listMissing,
  pushFreshImages,
  pushRunnableImage,
} from "./images.ts";
import { eventually, kubectl, labImage, labNodes, runLab, variable } from "./lab.ts";
import { applyObjects, readObject } from "./objects.ts";

const namespace = "agent-gate-test";
const taint = "prestow.dev/images-missing";
/** Pushed only when the test has seen that it is missing. */
const late = freshRepository();
const added = `node${labNodes().length + 1}`;

before(installFleets);

after(removeFleets);

/** Runs the work while agents keep these images; nothing is left of them. */
async function withAgent(taintTimeout: string, images: readonly string[], work: () => Promise<void>) {
  const pace = ["--max-pull-attempt-delay=2s", "--sync-period=2s"];
  const gate = [`--startup-taint=${taint}`, `--taint-timeout=${taintTimeout}`];
  const agent = await deployAgent({ name: namespace, agentFlags: ["--source=fleets", ...gate, ...pace] });
  try {
    await applyFleet(namespace, "gated", ...images);
    await work();
  } finally {
    await agent.remove();
  }
}

/** Runs the work while the cluster has one more node, which came with the taint. */
async function withTaintedNode(work: (node: { criSocket: string }) => Promise<void>): Promise<void> {
  const said = await runLab("add-node", `--taint=${taint}=:NoSchedule`);
  try {
    await work({ criSocket: /^\S+ is ready: \S+, (\S+)$/m.exec(said)?.[1] ?? "" });
  } finally {
    // Else the controller that collects pods of lost nodes lets the namespace wait for a minute.
    const gone = [`--field-selector=spec.nodeName=${added}`, "--force", "--grace-period=0"];
    await cleanUp(
      () => runLab("remove-node"),
      () => kubectl("delete", "pods", ...gone, "--namespace", namespace),
    );
  }
}

async function readTaints(): Promise<string[]> {
  const { spec } = await readObject<{ spec: { taints?: { key: string }[] } }>("node", added);
  return (spec.taints ?? []).map(({ key }) => key).filter((key) => key === taint);
}

async function readPhase(pod: string): Promise<string> {
  return kubectl("get", "pod", pod, "--output=jsonpath={.status.phase}", "--namespace", namespace);
}

test("a new node with the startup taint takes pods only when all images are there, and they start from them", async () => {
  const [image, missing] = [await pushRunnableImage(), labImage(`${late}:v1`)];
  const spec = { ...podOf(image), nodeSelector: { "kubernetes.io/hostname": added } };
  const gated = () =>
    withTaintedNode(async (node) => {
      await applyObjects({ apiVersion: "v1", kind: "Pod", metadata: { name: "game", namespace }, spec });
      await eventually(async () => assert.deepEqual(await listMissing(node, [image]), []), 90_000);
      assert.deepEqual([await readTaints(), await readPhase("game")], [[taint], "Pending"]);
      const registry = variable("PRESTOW_LAB_REGISTRY");
      await pushImage({ registry, repository: late, tag: "v1", image: buildFreshImage() });
      await eventually(async () => assert.deepEqual(await readTaints(), []), 90_000);
      assert.deepEqual(await listMissing(node, [image, missing]), []);
      await kubectl("wait", "--for=condition=Ready", "pod/game", "--timeout=60s", "--namespace", namespace);
    });
  await withAgent("10m", [image, missing], gated);
});

test("with an image that nobody has pushed the taint goes after its timeout, and an event says so", async () => {
  const [good = ""] = await pushFreshImages(1);
  const bad = labImage("gate/nobody-pushed-it:v1");
  const timedOut = () =>
    withTaintedNode(async (node) => {
      await eventually(async () => assert.deepEqual(await readTaints(), []), 120_000);
      assert.deepEqual(await listMissing(node, [good, bad]), [bad]);
      await eventually(async () =>
        assert.ok((await readTimeouts()).some((message) => message.includes(bad))),
      );
    });
  await withAgent("15s", [good, bad], timedOut);
});

/** What events of the added node say of the taint's timeout. */
async function readTimeouts(): Promise<string[]> {
  const of = `involvedObject.kind=Node,involvedObject.name=${added},reason=StartupTaintTimeout`;
  const { items } = await readObject<{ items: { message: string }[] }>(
    ...["events", "--namespace=default", `--field-selector=${of}`],
  );
  return items.map(({ message }) => message);
}
