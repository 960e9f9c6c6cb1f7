import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readCriVersion } from "../../lab/cri-probe.ts";
import { afterOutageMs, eventually, kubectl, labNodes, runLab } from "./lab.ts";
import { type Findings, renderSmoke } from "./smoke-manifests.ts";

const namespace = "smoke-test";
const nodes = labNodes();
const rollout = ["rollout", "status", "daemonset/smoke", "--namespace", namespace, "--timeout=60s"];

async function listPods(): Promise<{ name: string; node: string; restarts: number }[]> {
  const fields = "{.metadata.name} {.spec.nodeName} {.status.containerStatuses[0].restartCount}";
  const template = `jsonpath={range .items[*]}${fields}{"\\n"}{end}`;
  const lines = (await kubectl("get", "pods", "--namespace", namespace, "--output", template))
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [name = "", node = "", restarts] = line.split(" ");
    return { name, node, restarts: Number(restarts) };
  });
}

async function readFindings(pod: string): Promise<Findings> {
  return JSON.parse(await kubectl("logs", pod, "--container=find-out", "--namespace", namespace));
}

/** The nodes whose pods answer at an address of the Service. */
async function listAnswering(address: string, expected: number): Promise<string[]> {
  const seen = new Set<string>();
  await eventually(async () => {
    const response = await fetch(`http://${address}/`, { headers: { connection: "close" } });
    seen.add(await response.text());
    assert.equal(seen.size, expected);
  });
  return [...seen].sort();
}

before(async () => {
  const folder = mkdtempSync(join(tmpdir(), "prestow-smoke-"));
  try {
    writeFileSync(join(folder, "smoke.json"), renderSmoke(namespace));
    await kubectl("apply", "--validate=strict", "--filename", join(folder, "smoke.json"));
    await kubectl(...rollout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

after(() => kubectl("delete", "namespace", namespace, "--wait=true"));

test("every node of the lab is Ready", async () => {
  const template =
    'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}';
  const ready = (await kubectl("get", "nodes", "--output", template)).trim();
  assert.deepEqual(ready.split(" ").sort(), nodes.map(({ name }) => `${name}=True`).sort());
});

test("a DaemonSet with an init container runs on every node", async () => {
  const places = (await listPods()).map(({ node }) => node).sort();
  assert.deepEqual(places, nodes.map(({ name }) => name).sort());
});

test("a pod of user 65532 and group 0 sees its own node's containerd in the usual folder, and can connect", async () => {
  for (const { name, node } of await listPods()) {
    const { uid, gid, socketInode, connects } = await readFindings(name);
    const socket = nodes.find((candidate) => candidate.name === node)?.criSocket ?? "";
    assert.deepEqual(
      { uid, gid, socketInode, connects },
      { uid: 65_532, gid: 0, socketInode: statSync(socket).ino, connects: true },
    );
  }
});

test("a pod resolves the API server's name and is let in by its token, over TLS that it checks", async () => {
  for (const { name } of await listPods()) {
    const { apiAddress, apiStatus, apiBody } = await readFindings(name);
    assert.deepEqual({ apiAddress, apiStatus }, { apiAddress: "10.96.0.1", apiStatus: 200 });
    assert.match(JSON.parse(apiBody).gitVersion, /^v1\.\d+\.\d+/);
  }
});

test("a Service answers from every node's pod, by its cluster address and by a load balancer's", async () => {
  const address = [
    "get",
    "service",
    "smoke",
    "--namespace",
    namespace,
    "--output=jsonpath={.spec.clusterIP}",
  ];
  const expected = nodes.map(({ name }) => name).sort();
  assert.deepEqual(await listAnswering(await kubectl(...address), nodes.length), expected);
  const ingress = { status: { loadBalancer: { ingress: [{ ip: "10.78.0.1" }] } } };
  const patch = ["--subresource=status", "--type=merge", "--patch", JSON.stringify(ingress)];
  await kubectl("patch", "service", "smoke", "--namespace", namespace, ...patch);
  assert.deepEqual(await listAnswering("10.78.0.1", nodes.length), expected);
});

test("commands run inside a container, and what they print comes back", async () => {
  const [pod] = await listPods();
  const command = ["--container=serve", "--", "/nodejs/bin/node", "--version"];
  assert.match(await kubectl("exec", pod?.name ?? "", "--namespace", namespace, ...command), /^v\d+\./);
});

test("a node's containerd that is restarted answers again, and its pods run on", async () => {
  const earlier = await listPods();
  await runLab("part", "restart", `containerd-${nodes[0]?.name}`);
  await eventually(() => readCriVersion(nodes[0]?.criSocket ?? "", 2_000));
  await kubectl("wait", "--for=condition=Ready", `node/${nodes[0]?.name}`, "--timeout=60s");
  assert.deepEqual(await listPods(), earlier);
});

test("an API server that is stopped does not answer, and does when it is started again", async () => {
  await runLab("part", "stop", "kube-apiserver");
  await assert.rejects(kubectl("get", "--raw=/readyz"), /refused/);
  await runLab("part", "start", "kube-apiserver");
  await eventually(() => kubectl("get", "--raw=/readyz"), 60_000);
});

test("a node that is added gets its pod unasked, and is gone when it is removed", async () => {
  const added = `node${nodes.length + 1}`;
  assert.match(await runLab("add-node"), new RegExp(`^${added} is ready`));
  try {
    // Before the controller has seen the node, the rollout is complete without it; and after the API server was away,
    // controllers and kubelets look again only when their backoff is over.
    await eventually(
      async () => assert.ok((await listPods()).some(({ node }) => node === added)),
      afterOutageMs,
    );
    await kubectl(...rollout);
  } finally {
    assert.equal(await runLab("remove-node"), `${added} is gone.\n`);
  }
  const template = "jsonpath={.items[*].metadata.name}";
  const left = (await kubectl("get", "nodes", "--output", template)).split(" ");
  assert.equal(left.includes(added), false);
});
