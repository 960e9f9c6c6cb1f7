import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readCriVersion } from "../../lab/cri-probe.ts";
import { type Agent, deployAgent } from "./agent.ts";
import { applyFleet, deleteFleet, installFleets, removeFleets } from "./agones.ts";
import { withoutApiServer } from "./api-server.ts";
import { cleanUp } from "./clean-up.ts";
import { startHubRegistry } from "./hub-registry.ts";
import { buildFreshImage, listMissing, pushFreshImages, removeImages, waitForImages } from "./images.ts";
import { afterOutageMs, eventually, labNodes, runLab } from "./lab.ts";

const namespace = "agent-faults-test";
const outageMs = 120_000;
const kills = 20;
const registry = await startHubRegistry();
const [node, other] = labNodes();
assert.ok(node && other);
let agent: Agent;

before(async () => {
  await installFleets();
  const pace = ["--max-parallel=2", "--initial-pull-attempt-timeout=5s", "--max-pull-attempt-delay=5s"];
  agent = await deployAgent({
    name: namespace,
    agentFlags: ["--source=fleets", "--sync-period=5s", ...pace],
  });
  await agent.rollout();
});

after(() => cleanUp(removeFleets, () => agent?.remove(), registry.close));

test("while a registry hangs for as many images as may be pulled at once, others come; they do when it answers", async () => {
  const repositories = ["hung/one", "hung/two"];
  for (const repository of repositories) {
    registry.add(repository, "v1", buildFreshImage());
    registry.fault(repository, { kind: "hang", on: "any" });
  }
  const hung = repositories.map((repository) => `${registry.host}/${repository}:v1`);
  const good = await pushFreshImages(3);
  await applyFleet(namespace, "hung", ...hung, ...good);
  await waitForImages(good);
  for (const { criSocket } of labNodes()) assert.deepEqual(await listMissing({ criSocket }, hung), hung);
  registry.clearFaults();
  registry.dropConnections();
  await waitForImages(hung);
  await deleteFleet(namespace, "hung");
});

/** Ends a node's containerd by force and has it back. */
async function killContainerd(): Promise<void> {
  const name = `containerd-${node?.name}`;
  process.kill(Number(await runLab("part", "pid", name)), "SIGKILL");
  await runLab("part", "restart", name);
  await eventually(() => readCriVersion(node?.criSocket ?? "", 2_000));
}

test(`without an API server for ${outageMs / 1_000} s images are repaired, also by a containerd that is killed ${kills} times`, async () => {
  // Each is deleted once: an image that is deleted again and again is not fought over.
  const [first = "", ...images] = await pushFreshImages(kills + 1);
  await applyFleet(namespace, "kept", first, ...images);
  await waitForImages([first, ...images]);
  await withoutApiServer(async () => {
    const back = sleep(outageMs);
    await removeImages(other, [first]);
    await waitForImages([first], [other]);
    for (const image of images) {
      await killContainerd();
      await removeImages(node, [image]);
    }
    await waitForImages(images, [node]);
    await back;
  });
  const [later = ""] = await pushFreshImages(1);
  await applyFleet(namespace, "later", later);
  await waitForImages([later], labNodes(), afterOutageMs);
  assert.deepEqual(await agent.restarts(), Object.fromEntries(labNodes().map(({ name }) => [name, 0])));
});
