import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { listMissing, removeImages } from "./images.ts";
import { createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labNodes, variable } from "./lab.ts";

const namespace = "footprint-test";
const images = readFileSync(variable("PRESTOW_LAB_IMAGES"), "utf8").trim().split("\n");
const instance = createInstance({ name: namespace, images, flags: ["--collect-metrics"] });

before(async () => {
  await createNamespace(namespace);
  for (const node of labNodes()) await removeImages(node, images);
  await instance.apply();
  await instance.rollout(120_000);
});

after(async () => {
  await instance.remove();
  await removeNamespace(namespace);
});

interface ContainerStatus {
  readonly name: string;
  readonly containerID: string;
  readonly restartCount: number;
  readonly lastState: object;
}

async function listContainers(): Promise<ContainerStatus[]> {
  const { items } = JSON.parse(await kubectl("get", "pods", "--namespace", namespace, "--output=json"));
  const pods = items as { status: Record<string, ContainerStatus[] | undefined> }[];
  return pods.flatMap(({ status }) => [
    ...(status["initContainerStatuses"] ?? []),
    ...(status["containerStatuses"] ?? []),
  ]);
}

function readProcessFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}

/** What the processes of a container hold in memory, by their ids. */
function readResidentKib(containerId: string): number[] {
  const id = containerId.replace(/^.*:\/\//, "");
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => readProcessFile(pid, "cgroup").includes(id))
    .map((pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProcessFile(pid, "status"))?.[1]));
}

test("what stays on each node once it has twelve images is one process of less than 1.5 MB", async () => {
  for (const node of labNodes()) assert.deepEqual(await listMissing(node, images), []);
  const sleeping = (await listContainers()).filter(({ name }) => name === "sleep");
  assert.equal(sleeping.length, labNodes().length);
  for (const { containerID } of sleeping) {
    const [residentKib = Number.NaN, ...more] = readResidentKib(containerID);
    assert.ok(residentKib < 1_500, `${residentKib} KiB`);
    assert.deepEqual(more, []);
  }
});

test("fetch, sleep and the aggregator keep to the limits of their manifest: none is ended for its memory", async () => {
  const url = ["get", "service", `${namespace}-metrics`, "--namespace", namespace] as const;
  const address = await kubectl(...url, "--output=jsonpath={.spec.clusterIP}");
  // All of its work is behind it.
  await eventually(async () => {
    const results = (await (await fetch(`http://${address}:8080/metrics`)).json()) as object[];
    assert.equal(results.length, images.length * labNodes().length);
  });
  const containers = await listContainers();
  assert.deepEqual([...new Set(containers.map(({ name }) => name))].sort(), [
    "aggregator",
    "prefetch",
    "sleep",
  ]);
  for (const { name, restartCount, lastState } of containers)
    assert.deepEqual({ name, restartCount, lastState }, { name, restartCount: 0, lastState: {} });
});
