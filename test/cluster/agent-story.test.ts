import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Agent, deployAgent } from "./agent.ts";
import { countLines, deletedLine, presentLine, syncedLine } from "./agent-log.ts";
import { applyFleet, createFleet, deleteFleet, installFleets, podOf, removeFleets } from "./agones.ts";
import { cleanUp } from "./clean-up.ts";
import { listMissing, pushFreshImages, pushRunnableImage, removeImages, waitForImages } from "./images.ts";
import { eventually, kubectl, labNodes } from "./lab.ts";
import { applyObjects } from "./objects.ts";

const namespace = "agent-story-test";
const [listed = "", first = "", second = ""] = await pushFreshImages(3);
let agent: Agent;

before(async () => {
  await removeFleets();
  agent = await deployAgent({
    name: namespace,
    images: [listed],
    agentFlags: ["--source=fleets,workloads", "--log-format=text"],
  });
});

after(() => cleanUp(removeFleets, () => agent?.remove()));

/** Waits until the agent of every node has said a line, so many times. */
async function waitForLine(pattern: RegExp, times = 1): Promise<void> {
  for (const { name } of labNodes()) {
    await eventually(async () => {
      const log = await agent.logs(name);
      assert.ok(countLines(log, pattern) >= times, `${name}: not ${times} × ${pattern} in\n${log}`);
    }, 60_000);
  }
}

test("in a cluster that knows no Fleets the agents become ready, and pull what the list names", async () => {
  await agent.rollout();
  await waitForImages([listed]);
});

test("Fleets that the cluster knows only later are noticed: a Fleet's image comes to every node", async () => {
  await installFleets();
  await applyFleet(namespace, "simple", first);
  await waitForImages([first]);
  await waitForLine(syncedLine("simple", first));
});

test("a Fleet whose image is updated has the new one on every node", async () => {
  await applyFleet(namespace, "simple", second);
  await waitForImages([second]);
  await waitForLine(syncedLine("simple", second));
});

test("an image that is removed by the runtime's own interface comes back, and is told of again", async () => {
  const [node] = labNodes();
  assert.ok(node);
  await removeImages(node, [second]);
  await waitForImages([second], [node]);
  await eventually(async () => {
    assert.equal(countLines(await agent.logs(node.name), syncedLine("simple", second)), 2);
  }, 60_000);
});

test("an image that is there already is said to be, and a Fleet that is gone", async () => {
  await applyFleet(namespace, "other", second);
  await waitForLine(presentLine("other", second));
  await deleteFleet(namespace, "other");
  await waitForLine(deletedLine("other"));
});

test("init containers, sidecars and image volumes of a Fleet count as its containers do", async () => {
  const [init = "", sidecar = "", volume = "", game = ""] = await pushFreshImages(4);
  const pod = {
    ...podOf(game),
    initContainers: [
      { name: "init", image: init },
      { name: "sidecar", image: sidecar, restartPolicy: "Always" },
    ],
    volumes: [{ name: "data", image: { reference: volume } }],
  };
  await applyObjects(createFleet({ name: "full", namespace, pod }));
  await waitForImages([init, sidecar, volume, game]);
});

test("a Deployment that is scaled up from nothing starts without a pull", async () => {
  const image = await pushRunnableImage();
  const labels = { app: "sleeper" };
  const template = { metadata: { labels }, spec: { ...podOf(image), terminationGracePeriodSeconds: 0 } };
  const annotations = { "prestow.dev/prefetch": "true" };
  await applyObjects({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "sleeper", namespace, annotations },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  });
  await waitForImages([image]);
  await kubectl("scale", "deployment/sleeper", "--replicas=2", "--namespace", namespace);
  await kubectl("rollout", "status", "deployment/sleeper", "--timeout=60s", "--namespace", namespace);
  const messages = 'jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}';
  const events = (await kubectl("get", "events", "--namespace", namespace, "--output", messages)).split("\n");
  const said = events.filter((line) => line.includes(image));
  assert.ok(
    said.length > 0 && said.every((line) => /^Pulled: .+already present on machine/.test(line)),
    said.join(),
  );
});

test("a Deployment without the annotation and one that refuses are left alone", async () => {
  const [plain = "", refused = "", wanted = ""] = await pushFreshImages(3);
  const workload = (name: string, image: string, annotations: object) => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace, annotations },
    spec: {
      replicas: 0,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podOf(image) },
    },
  });
  await applyObjects(
    workload("plain", plain, {}),
    workload("refused", refused, { "prestow.dev/prefetch": "false" }),
    workload("wanted", wanted, { "prestow.dev/prefetch": "true" }),
  );
  await waitForImages([wanted]);
  for (const node of labNodes())
    assert.deepEqual(await listMissing(node, [plain, refused]), [plain, refused]);
});

test("a list in a ConfigMap that is changed while the agents run is followed, and no agent is restarted", async () => {
  const [added = ""] = await pushFreshImages(1);
  const data = JSON.stringify({ data: { "images.txt": `${listed}\n${added}\n` } });
  await kubectl("patch", "configmap", namespace, "--namespace", namespace, "--type=merge", "--patch", data);
  // A kubelet looks at a ConfigMap when it looks at the pod: at once where that has changed, else after a minute.
  const pods = ["pods", "--selector", `app=${namespace}`, "--namespace", namespace] as const;
  await kubectl("annotate", ...pods, "prestow-test=look-again", "--overwrite");
  await waitForImages([added], labNodes(), 150_000);
  assert.deepEqual(
    Object.values(await agent.restarts()),
    labNodes().map(() => 0),
  );
});
