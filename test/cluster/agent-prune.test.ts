import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, deployAgent } from "./agent.ts";
import { startAgentProcess } from "./agent-process.ts";
import { applyFleet, deleteFleet, installFleets, podOf, removeFleets } from "./agones.ts";
import { cleanUp } from "./clean-up.ts";
import {
  buildFreshImage,
  listMissing,
  pullImage,
  pushFresh,
  pushFreshImages,
  pushRunnableImage,
  waitForImages,
} from "./images.ts";
import { eventually, kubectl, type LabNodeVariables, labNodes } from "./lab.ts";
import { applyObjects } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

const namespace = "agent-prune-test";
const [node, other] = labNodes();
assert.ok(node && other);
const runnable = [await pushRunnableImage(), await pushRunnableImage()];
const [running = "", exited = ""] = runnable;
const [volume = "", listed = "", foreign = "", free = "", later = ""] = await pushFreshImages(5);
const [staying = ""] = await pushFreshImages(1);
const twice = buildFreshImage();
const [tagged, alias] = [await pushFresh(twice), await pushFresh(twice)];
const kept = [staying, listed, foreign, tagged];
const used = [running, exited, volume];
let agent: Agent;

before(async () => {
  await installFleets();
  for (const { criSocket } of labNodes()) await pullImage({ criSocket }, foreign);
  const keep = ["--prune=remove", "--sync-period=2s"];
  agent = await deployAgent({
    name: namespace,
    images: [listed],
    agentFlags: ["--source=fleets", ...keep],
  });
  await agent.rollout();
});

after(() => cleanUp(removeFleets, () => agent?.remove()));

function createPod(name: string, image: string, more: object): object {
  const spec = { ...podOf(image), nodeName: node?.name, terminationGracePeriodSeconds: 0, ...more };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec };
}

/** Has containers use images on one node: one that runs, one that has exited, and one with an image volume. */
async function runPods(): Promise<void> {
  const [container] = podOf(running).containers;
  const volumes = [{ name: "data", image: { reference: volume } }];
  const volumeMounts = [{ name: "data", mountPath: "/data" }];
  const [game] = podOf(exited).containers;
  await applyObjects(
    createPod("running", running, {}),
    createPod("volume", running, { containers: [{ ...container, volumeMounts }], volumes }),
    createPod("exited", exited, {
      containers: [{ ...game, command: ["/wait", "no-such-command"] }],
      restartPolicy: "Never",
    }),
  );
  const ready = ["--for=condition=Ready", "pod/running", "pod/volume", "--timeout=60s"] as const;
  await kubectl("wait", ...ready, "--namespace", namespace);
  const phase = [
    "get",
    "pod",
    "exited",
    "--output=jsonpath={.status.phase}",
    "--namespace",
    namespace,
  ] as const;
  await eventually(async () => assert.match(await kubectl(...phase), /Failed|Succeeded/), 60_000);
}

async function waitUntilGone(images: readonly string[], nodes: readonly LabNodeVariables[]): Promise<void> {
  for (const node of nodes)
    await eventually(
      async () => assert.deepEqual(await listMissing(node, images), images, node.name),
      90_000,
    );
}

async function assertPresent(images: readonly string[], nodes: readonly LabNodeVariables[]): Promise<void> {
  for (const node of nodes) assert.deepEqual(await listMissing(node, images), [], node.name);
}

test("of a Fleet that is gone nothing is removed that is in use, listed, tagged by somebody or not the agent's", async () => {
  // A source that desires nothing at all would have everything kept.
  await applyFleet(namespace, "staying", staying);
  await applyFleet(namespace, "going", running, exited, volume, ...kept, free);
  await waitForImages([...used, ...kept, free]);
  for (const { criSocket } of labNodes()) await pullImage({ criSocket }, alias);
  await runPods();
  await deleteFleet(namespace, "going");
  await waitUntilGone([free], labNodes());
  await waitUntilGone(used, [other]);
  // Once more, so that what is still there was passed over and not only later.
  await applyFleet(namespace, "later", later);
  await waitForImages([later]);
  await deleteFleet(namespace, "later");
  await waitUntilGone([later], labNodes());
  await assertPresent([...kept, alias], labNodes());
  await assertPresent(used, [node]);
});

test("an empty list and one that cannot be read remove nothing; one that is there again does", async () => {
  const workspace = createWorkspace();
  const [first = "", second = ""] = await pushFreshImages(2);
  const list = workspace.write("images.txt", `${first}\n${second}\n`);
  const state = `--state-dir=${join(workspace.folder, "state")}`;
  const source = ["--source=list", `--image-list-file=${list}`];
  const process = startAgentProcess(node, [...source, state, "--prune=remove", "--sync-period=500ms"]);
  try {
    await waitForImages([first, second], [node]);
    workspace.write("images.txt", "");
    // What must not happen can only be given the time for it: several syncs.
    await sleep(4_000);
    rmSync(list);
    await sleep(4_000);
    await assertPresent([first, second], [node]);
    workspace.write("images.txt", `${first}\n`);
    await waitUntilGone([second], [node]);
    await assertPresent([first], [node]);
  } finally {
    await process.end("SIGTERM");
    workspace.remove();
  }
});
