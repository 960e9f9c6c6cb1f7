import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pushImage } from "../../lab/images/push.ts";
import { type Agent, deployAgent } from "./agent.ts";
import { applyFleet, installFleets, podOf, removeFleets } from "./agones.ts";
import { buildFreshImage, listMissing, pushFreshImages, pushRunnableImage } from "./images.ts";
import { eventually, kubectl, labImage, labNodes, runLab, variable } from "./lab.ts";
import { applyObjects, readObject } from "./objects.ts";

const namespace = "agent-gate-test";
const taint = "prestow.dev/images-missing";
const late = "gate/pushed-late";
const added = `node${labNodes().length + 1}`;
let agent: Agent | undefined;

before(installFleets);

after(async () => {
  await removeFleets();
});

async function startAgent(taintTimeout: string): Promise<void> {
  const pace = ["--max-pull-attempt-delay=2s", "--sync-period=2s"];
  const gate = [`--startup-taint=${taint}`, `--taint-timeout=${taintTimeout}`];
  agent = await deployAgent({ name: namespace, agentFlags: ["--source=fleets", ...gate, ...pace] });
}

/** Runs the work while the cluster has one more node, which came with the taint. */
async function withTaintedNode(work: (node: { criSocket: string }) => Promise<void>): Promise<void> {
  const said = await runLab("add-node", `--taint=${taint}=:NoSchedule`);
  try {
    await work({ criSocket: /^\S+ is ready: \S+, (\S+)$/m.exec(said)?.[1] ?? "" });
  } finally {
    await runLab("remove-node");
    // Else the controller that collects pods of lost nodes lets the namespace wait for a minute.
    const gone = [`--field-selector=spec.nodeName=${added}`, "--force", "--grace-period=0"];
    await kubectl("delete", "pods", ...gone, "--namespace", namespace);
    await agent?.remove();
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
  const image = await pushRunnableImage();
  await startAgent("10m");
  await applyFleet(namespace, "gated", image, labImage(`${late}:v1`));
  await withTaintedNode(async (node) => {
    const spec = { ...podOf(image), nodeSelector: { "kubernetes.io/hostname": added } };
    await applyObjects({ apiVersion: "v1", kind: "Pod", metadata: { name: "game", namespace }, spec });
    await eventually(async () => assert.deepEqual(await listMissing(node, [image]), []), 90_000);
    assert.deepEqual([await readTaints(), await readPhase("game")], [[taint], "Pending"]);
    const registry = variable("PRESTOW_LAB_REGISTRY");
    await pushImage({ registry, repository: late, tag: "v1", image: buildFreshImage() });
    await eventually(async () => assert.deepEqual(await readTaints(), []), 90_000);
    assert.deepEqual(await listMissing(node, [image, labImage(`${late}:v1`)]), []);
    await kubectl("wait", "--for=condition=Ready", "pod/game", "--timeout=60s", "--namespace", namespace);
  });
});

test("with an image that nobody has pushed the taint goes after its timeout, and an event says so", async () => {
  const [good = ""] = await pushFreshImages(1);
  const bad = labImage("gate/nobody-pushed-it:v1");
  await startAgent("15s");
  await applyFleet(namespace, "gated", good, bad);
  await withTaintedNode(async (node) => {
    await eventually(async () => assert.deepEqual(await readTaints(), []), 120_000);
    assert.deepEqual(await listMissing(node, [good, bad]), [bad]);
    const selector = `--field-selector=involvedObject.kind=Node,involvedObject.name=${added},reason=StartupTaintTimeout`;
    await eventually(async () => {
      const { items } = await readObject<{ items: { message: string }[] }>(
        "events",
        "--namespace=default",
        selector,
      );
      assert.ok(
        items.some(({ message }) => message.includes(bad)),
        JSON.stringify(items),
      );
    });
  });
});
