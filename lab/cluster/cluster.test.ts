import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runCommand } from "../run-command.ts";
import { decideNextNode } from "./add-node.ts";
import { certificateArguments, createAuthority, issueCertificate, readKubeconfig } from "./certificates.ts";
import { parseHierarchies } from "./cgroups.ts";
import { apiServerCommand, renderCorefile } from "./control-plane-commands.ts";
import { enterCommand } from "./enter.ts";
import { renderIptables } from "./install/iptables.ts";
import { linkerFlags, parseKubernetesVersion } from "./install/kubernetes.ts";
import { createNodePlan, mostNodes, network } from "./network.ts";
import { kubeletCommand, sharedFolders } from "./node-commands.ts";
import { renderCniConfig, renderKubeletConfig, renderMachineId } from "./node-config.ts";
import { parseLibraries } from "./node-image.ts";
import { listParts } from "./parts.ts";

const base = mkdtempSync(join(tmpdir(), "prestow-cluster-"));
after(() => rmSync(base, { recursive: true }));

test("each node has a name, an address and a range of pod addresses of its own", () => {
  const plans = Array.from({ length: mostNodes }, (_, index) => createNodePlan(index + 1));
  assert.deepEqual(plans[1], { name: "node2", index: 2, address: "10.77.0.12", podCidr: "10.244.2.0/24" });
  for (const key of ["name", "address", "podCidr"] as const)
    assert.equal(new Set(plans.map((plan) => plan[key])).size, mostNodes);
});

test("a node is added after the last one, up to the most that there can be", () => {
  const cluster = { hubPid: 1, image: "r/prestow:1", kubeconfig: "/k", cgroup: "/c" };
  const node = { name: "n", address: "a", root: "/r", criSocket: "/s", containerdVersion: "2" };
  assert.equal(decideNextNode({ ...cluster, nodes: [node, node] }).name, "node3");
  const full = { ...cluster, nodes: Array.from({ length: mostNodes }, () => node) };
  assert.throws(() => decideNextNode(full), { name: "ConfigError", message: /9 nodes/ });
});

test("cgroups of both versions are found, and no other mount", () => {
  const mountinfo = `1 2 0:1 / /sys/fs/cgroup rw - tmpfs tmpfs rw
2 1 0:2 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids
3 1 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`;
  assert.deepEqual(parseHierarchies(mountinfo), [
    { mountPoint: "/sys/fs/cgroup/pids", version: 1 },
    { mountPoint: "/sys/fs/cgroup/unified", version: 2 },
  ]);
});

test("a program that is run in cgroups and namespaces keeps its process id and its arguments", async () => {
  const procs = [join(base, "a"), join(base, "b c")];
  const [sh, ...enter] = enterCommand({ pid: process.pid, kinds: [] }, procs);
  const script = 'echo $$ "$@"';
  const said = await runCommand([sh, ...enter, "sh", "-c", script, "sh", "one two", "*"]);
  const [pid, ...args] = said.trim().split(" ");
  assert.deepEqual(args, ["one", "two", "*"]);
  assert.deepEqual(
    procs.map((file) => readFileSync(file, "utf8").trim()),
    [pid, pid],
  );
});

test("a certificate is issued by the authority for a user, a group and names", async () => {
  const pki = join(base, "pki");
  await createAuthority(pki);
  const subject = { commonName: "system:node:n", organization: "system:nodes", altNames: ["IP:10.0.0.1"] };
  const { certFile } = await issueCertificate(pki, "n", subject);
  const verify = ["openssl", "verify", "-CAfile", join(pki, "ca.crt"), certFile] as const;
  assert.match(await runCommand([...verify]), /: OK/);
  const text = await runCommand(["openssl", "x509", "-in", certFile, "-noout", "-subject"]);
  assert.match(text, /O = system:nodes, CN = system:node:n/);
  const config = JSON.parse(await readKubeconfig(pki, "n", "https://x:6443"));
  assert.equal(config.clusters[0].cluster.server, "https://x:6443");
  const data = Buffer.from(config.users[0].user["client-certificate-data"], "base64").toString();
  assert.equal(data, readFileSync(certFile, "utf8"));
});

test("a client's certificate names nothing but the client", () => {
  assert.deepEqual(certificateArguments({ commonName: "c" }).slice(0, 2), ["-subj", "/CN=c"]);
  assert.equal(certificateArguments({ commonName: "c" }).join(" ").includes("subjectAltName"), false);
});

test("the API server's advertised address is the hub's, and nodes may change themselves only", () => {
  const paths = { kubernetes: "/k", etcd: "/e", folder: "/f", pki: "/p" };
  const files = { keyFile: "/p/a.key", certFile: "/p/a.crt" };
  const command = apiServerCommand(paths, files, files);
  assert.equal(command[0], "/k/kube-apiserver");
  for (const flag of [
    `--advertise-address=${network.hub}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
  ])
    assert.ok(command.includes(flag), flag);
});

test("DNS answers for the cluster's names from Kubernetes, and for others that there are none", () => {
  const text = renderCorefile("/p/coredns.kubeconfig");
  assert.match(text, /^cluster\.local:53 [^{]*\{[^}]*kubeconfig \/p\/coredns\.kubeconfig/);
  assert.match(text, /\n\.:53 \{\n {2}template ANY ANY \{\n {4}rcode NXDOMAIN/);
});

test("a kubelet keeps to its own cgroup and to the usual socket, and asks who calls it", () => {
  const config = JSON.parse(renderKubeletConfig("/lab/node2/pods", "/ca.crt"));
  assert.equal(config.cgroupRoot, "/lab/node2/pods");
  assert.equal(config.containerRuntimeEndpoint, "unix:///run/containerd/containerd.sock");
  assert.equal(config.authentication.anonymous.enabled, false);
  assert.equal(config.authorization.mode, "Webhook");
  assert.ok(kubeletCommand("/k", createNodePlan(2)).includes("--hostname-override=node2"));
});

test("a kubelet registers its node with the taints that it is given, and with none of its own", () => {
  const taints = [{ key: "a.dev/b", value: "", effect: "NoSchedule" }];
  const read = (given?: typeof taints) => JSON.parse(renderKubeletConfig("/pods", "/ca.crt", given));
  assert.deepEqual(read(taints).registerWithTaints, taints);
  assert.deepEqual(read().registerWithTaints, []);
});

test("pods of a node are given addresses of its range, by routing", () => {
  const [ptp] = JSON.parse(renderCniConfig(createNodePlan(3))).plugins;
  assert.equal(ptp.type, "ptp");
  assert.equal(ptp.ipam.ranges[0][0].subnet, "10.244.3.0/24");
});

test("a machine id is 32 hexadecimal digits, the same for the same node and no other", () => {
  assert.match(renderMachineId("node1"), /^[0-9a-f]{32}\n$/);
  assert.equal(renderMachineId("node1"), renderMachineId("node1"));
  assert.notEqual(renderMachineId("node1"), renderMachineId("node2"));
});

test("a node is shown each of the machine's folders once, and none that it has anyway", () => {
  const paths = ["/c", "/c/tool/bin", "/usr/bin", "/c2/tool", "/bin", "/usr/local/bin", "/c"];
  assert.deepEqual(sharedFolders(paths), ["/c", "/c2/tool"]);
});

test("Kubernetes is built at the version of its go.mod and says so", () => {
  assert.equal(parseKubernetesVersion("require (\n\tk8s.io/kubernetes v1.36.3\n)\n"), "v1.36.3");
  assert.throws(() => parseKubernetesVersion("require k8s.io/api v1\n"), /no k8s\.io\/kubernetes/);
  const flags = linkerFlags("v1.36.3");
  assert.match(flags, /version\.gitVersion=v1\.36\.3 .*gitMajor=1 .*gitMinor=36$/);
});

test("iptables that was unpacked finds its libraries and extensions where they are", () => {
  const text = renderIptables("iptables-save", "/r", "t");
  assert.match(text, /XTABLES_LIBDIR='\/r\/usr\/lib\/t\/xtables'/);
  assert.match(text, /^exec '\/r\/usr\/sbin\/xtables-nft-multi' iptables-save "\$@"$/m);
});

test("the libraries of a program are read from what ldd says, the loader too", () => {
  const ldd = `\tlinux-vdso.so.1 (0x00007f)
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f)
`;
  assert.deepEqual(parseLibraries(ldd), ["/lib/x86_64-linux-gnu/libdl.so.2", "/lib64/ld-linux-x86-64.so.2"]);
});

test("parts are listed with whether they run, were ended on purpose, or ended by themselves", () => {
  const part = { pid: 7, startTicks: "1", bootId: "b" };
  const parts = [
    { ...part, name: "etcd" },
    { ...part, name: "kubelet-node1", ended: true },
    { ...part, name: "coredns" },
  ];
  const text = listParts(parts, ({ name }) => name === "etcd");
  assert.match(text, /^etcd +7 runs\nkubelet-node1 +7 ended on purpose\ncoredns +7 ended by itself\n$/);
});
