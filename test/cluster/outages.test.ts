import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readCriVersion } from "../../lab/cri-probe.ts";
import { waitFor } from "../real/wait-for.ts";
import { startHubRegistry } from "./hub-registry.ts";
import { buildFreshImage, listMissing } from "./images.ts";
import { allNodes, createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { afterOutageMs, eventually, kubectl, labNodes, runLab } from "./lab.ts";

const namespace = "outages-test";
/** What `--label-timeout` is without the flag. */
const labelTimeoutMs = 120_000;
const registry = await startHubRegistry();

before(() => createNamespace(namespace));
after(async () => {
  await registry.close();
  await removeNamespace(namespace);
});

test("an API server that is gone during a fetch keeps no image away, and the label is written when it is back", async () => {
  const images = ["kept-back", "free"].map((name) => `${registry.host}/outage/${name}:v1`);
  const [keptBack] = images;
  for (const name of ["kept-back", "free"]) registry.add(`outage/${name}`, "v1", buildFreshImage());
  registry.fault("outage/kept-back", { kind: "status", status: 503, on: "any" });
  const instance = createInstance({ name: "outage-api", namespace, images });
  try {
    await instance.apply();
    for (const node of labNodes())
      await eventually(async () => assert.deepEqual(await listMissing(node, images), [keptBack]), 60_000);
    await runLab("part", "stop", "kube-apiserver");
    registry.clearFaults();
    for (const node of labNodes())
      await eventually(async () => assert.deepEqual(await listMissing(node, images), []));
    await assert.rejects(kubectl("get", "--raw=/readyz"), /refused/);
  } finally {
    await runLab("part", "start", "kube-apiserver");
    await eventually(() => kubectl("get", "--raw=/readyz"), 60_000);
  }
  await eventually(
    async () => assert.deepEqual(await instance.labels(), allNodes("succeeded")),
    labelTimeoutMs,
  );
  await instance.rollout(afterOutageMs);
  assert.deepEqual(Object.values(await instance.restarts()), [0, 0]);
  await instance.remove();
});

test("a containerd that is restarted in the middle of a download ends with the image, by the same fetch", async () => {
  const [node] = labNodes();
  assert.ok(node);
  registry.resetRecord();
  registry.add("outage/large", "v1", buildFreshImage(8_000_000));
  registry.limitBandwidth(1_000_000);
  const image = `${registry.host}/outage/large:v1`;
  const flags = [`--node-selector=kubernetes.io/hostname=${node.name}`];
  const instance = createInstance({ name: "outage-containerd", namespace, images: [image], flags });
  await instance.apply();
  await waitFor("the download moves", () => registry.bytesServed("outage/large") > 1_000_000, afterOutageMs);
  registry.limitBandwidth(undefined);
  await runLab("part", "restart", `containerd-${node.name}`);
  await eventually(() => readCriVersion(node.criSocket, 2_000));
  await eventually(async () => assert.deepEqual(await listMissing(node, [image]), []), 60_000);
  await instance.rollout();
  assert.equal((await instance.labels())[node.name], "succeeded");
  assert.deepEqual(Object.values(await instance.restarts()), [0]);
  await instance.remove();
});
