import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runningEndpoints } from "./entry.ts";
import { enterLab, labEnvironment } from "./environment.ts";
import { createLabFolder, parseLabState, readLabState, recordEndpoints, recordProcess } from "./state.ts";
import { stopLab } from "./stop.ts";

const base = mkdtempSync(join(tmpdir(), "prestow-state-"));
after(() => rmSync(base, { recursive: true }));

const containerd = { name: "containerd", pid: 7, startTicks: "1", bootId: "b" };
const endpoints = {
  registry: "127.0.0.1:1",
  privateRegistry: "127.0.0.1:2",
  criSocket: "/s/containerd.sock",
  containerdVersion: "2.4.2",
  imagesFile: "/s/images.txt",
  dockerConfigFile: "/s/docker-config.json",
  binDirs: ["/tools"],
};

test("what is recorded step by step is read again as a whole", async () => {
  const folder = join(base, "steps");
  await createLabFolder(folder);
  assert.deepEqual(readLabState(folder), { format: 1, processes: [] });
  recordProcess(folder, containerd);
  recordEndpoints(folder, endpoints);
  assert.deepEqual(readLabState(folder), { format: 1, processes: [containerd], endpoints });
  assert.equal(statSync(join(folder, "lab.json")).mode & 0o777, 0o600);
});

test("a folder that holds other things is neither used nor removed", async () => {
  const folder = mkdtempSync(join(base, "other-"));
  writeFileSync(join(folder, "mine"), "");
  await assert.rejects(createLabFolder(folder), { name: "ConfigError", message: /PRESTOW_LAB_STATE/ });
  assert.equal(await stopLab(folder), false);
  assert.ok(existsSync(join(folder, "mine")));
});

test("stopping removes the folder of a lab whose processes are gone, and does nothing a second time", async () => {
  const folder = join(base, "gone");
  await createLabFolder(folder);
  recordProcess(folder, { ...containerd, pid: process.pid });
  assert.equal(await stopLab(folder), true);
  assert.equal(existsSync(folder), false);
  assert.equal(await stopLab(folder), false);
});

test("a damaged state file is named", () => {
  for (const text of [
    "",
    "{",
    "null",
    '{"format":2,"processes":[]}',
    '{"format":1,"processes":[{"pid":"x"}]}',
  ]) {
    assert.throws(() => parseLabState(text, "/s/lab.json"), {
      name: "ConfigError",
      message: /^\/s\/lab\.json: /,
    });
  }
});

test("a lab is up when everything was started and all of it still runs", () => {
  const state = { format: 1, processes: [containerd], endpoints } as const;
  assert.equal(
    runningEndpoints(state, () => true),
    endpoints,
  );
  assert.equal(
    runningEndpoints(state, () => false),
    undefined,
  );
  assert.equal(
    runningEndpoints({ format: 1, processes: [containerd] }, () => true),
    undefined,
  );
  assert.equal(runningEndpoints(undefined), undefined);
});

test("a command in the lab finds its endpoints in variables, and the checkout's and the lab's tools first on PATH", () => {
  const environment = labEnvironment({ PATH: "/bin", LANG: "C" }, endpoints, "/checkout");
  assert.equal(environment["PATH"], "/checkout/bin:/tools:/bin");
  assert.equal(environment["LANG"], "C");
  assert.equal(environment["PRESTOW_LAB_REGISTRY"], "127.0.0.1:1");
  assert.equal(environment["PRESTOW_LAB_PRIVATE"], "127.0.0.1:2");
  assert.equal(environment["PRESTOW_LAB_CRI"], "/s/containerd.sock");
  assert.equal(environment["PRESTOW_LAB_IMAGES"], "/s/images.txt");
  assert.equal(environment["PRESTOW_LAB_DOCKER_CONFIG"], "/s/docker-config.json");
});

test("a command in a lab with a cluster is run in the cluster's network, knows its nodes, and no proxy", () => {
  const node = (name: string) => ({
    name,
    address: "10.77.0.11",
    root: `/s/${name}`,
    criSocket: `/s/${name}/c.sock`,
    containerdVersion: "2.4.2",
  });
  const nodes = [node("node1"), node("node2")];
  const cluster = { hubPid: 7, image: "r/prestow:1", kubeconfig: "/s/admin", cgroup: "/c", nodes };
  const environment = labEnvironment({ https_proxy: "http://p" }, { ...endpoints, cluster }, "/checkout");
  assert.equal(environment["PRESTOW_LAB_NODES"], "node1 node2");
  assert.equal(environment["PRESTOW_LAB_CRI_2"], "/s/node2/c.sock");
  assert.equal(environment["PRESTOW_LAB_ROOT_1"], "/s/node1");
  assert.equal(environment["KUBECONFIG"], "/s/admin");
  assert.equal(environment["PRESTOW_LAB_IMAGE"], "r/prestow:1");
  assert.equal(environment["https_proxy"], undefined);
  assert.deepEqual(enterLab({ ...endpoints, cluster }), ["nsenter", "--target", "7", "--net", "--"]);
  assert.deepEqual(enterLab(endpoints), []);
});

test("a lab is up without a part that was ended on purpose, and each part is recorded once", async () => {
  const folder = join(base, "parts");
  await createLabFolder(folder);
  recordProcess(folder, containerd);
  recordProcess(folder, { ...containerd, pid: 8, ended: true });
  recordEndpoints(folder, endpoints);
  assert.equal(readLabState(folder)?.processes.length, 1);
  assert.deepEqual(
    runningEndpoints(readLabState(folder), () => false),
    endpoints,
  );
});
