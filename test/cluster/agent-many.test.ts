import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createKubeClient } from "../../src/kube/client.ts";
import { readKubeconfig } from "../../src/kube/kubeconfig.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type Agent, deployAgent } from "./agent.ts";
import { podOf } from "./agones.ts";
import { withoutApiServer } from "./api-server.ts";
import { cleanUp } from "./clean-up.ts";
import { pushFreshImages, waitForImages } from "./images.ts";
import { createNamespace } from "./instance.ts";
import { afterOutageMs, kubectl, labImage, labNodes, variable } from "./lab.ts";

const namespace = "agent-many-test";
const crowd = `${namespace}-crowd`;
const deployments = 5_000;
/** The images of the few that count, spread over all. */
const counted = await pushFreshImages(5);
/** Of the process, which usually has some 24 MiB. Its container may have 64, which counts files besides. */
const anonymousBoundKib = 40 * 1_024;
let agent: Agent;

before(async () => {
  await createNamespace(crowd);
  await fillNamespace();
});

after(() =>
  cleanUp(
    () => agent?.remove(),
    // It takes its time, and nothing waits for it.
    () => kubectl("delete", "namespace", crowd, "--wait=false"),
  ),
);

/** One as a chart makes it, of some 6 kB; nobody wants to run it. */
function createDeployment(index: number): object {
  const wanted = counted[index / (deployments / counted.length)];
  const annotations = { note: "y".repeat(1_500), ...(wanted && { "prestow.dev/prefetch": "true" }) };
  const labels = { app: `crowd-${index}` };
  const env = Array.from({ length: 40 }, (_, at) => ({ name: `SETTING_${at}`, value: "x".repeat(64) }));
  const { containers } = podOf(wanted ?? labImage(`crowd/image-${index}:v1`));
  const spec = { containers: containers.map((container) => ({ ...container, env })) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `crowd-${index}`, annotations },
    // Paused, as the controller of Deployments then has next to nothing to do.
    spec: {
      replicas: 0,
      paused: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

async function fillNamespace(): Promise<void> {
  const config = await readKubeconfig({ paths: [variable("KUBECONFIG")], clock: systemClock });
  const client = createKubeClient({ config, userAgent: "prestow-test", clock: systemClock });
  const path = `/apis/apps/v1/namespaces/${crowd}/deployments`;
  const rest = Array.from({ length: deployments }, (_, index) => index).values();
  const work = async () => {
    for (const index of rest) {
      await client.post(path, createDeployment(index), { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  client.close();
}

/** Fields of /proc/PID/status of the first process of a container, in KiB. */
function readMemory(containerId: string): Record<"VmRSS" | "VmHWM" | "RssAnon", number> {
  const id = containerId.replace(/^.*:\/\//, "");
  const pid = readdirSync("/proc").find(
    (name) => /^\d+$/.test(name) && readProcess(name, "cgroup").includes(id),
  );
  const status = readProcess(pid ?? "", "status");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
  return { VmRSS: field("VmRSS"), VmHWM: field("VmHWM"), RssAnon: field("RssAnon") };
}

function readProcess(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}

async function assertInBounds(): Promise<void> {
  for (const { spec, status } of await agent.pods()) {
    const [container] = status.containerStatuses ?? [];
    assert.deepEqual([container?.restartCount, container?.lastState], [0, {}], spec.nodeName);
    const memory = readMemory(container?.containerID ?? "");
    const text = `${spec.nodeName}: ${JSON.stringify(memory)}`;
    assert.ok(memory.RssAnon < anonymousBoundKib, text);
  }
}

test("with 5,000 Deployments in the cluster agents stay in their memory, and find the few that count", async () => {
  agent = await deployAgent({ name: namespace, agentFlags: ["--source=workloads"] });
  await agent.rollout();
  await waitForImages(counted);
  await assertInBounds();
});

test("agents that lose the API server list 5,000 Deployments anew, and stay in their memory", async () => {
  const [image = ""] = await pushFreshImages(1);
  await withoutApiServer(async () => {});
  await kubectl("set", "image", "deployment/crowd-1000", `c0=${image}`, "--namespace", crowd);
  await waitForImages([image], labNodes(), afterOutageMs);
  await assertInBounds();
});
