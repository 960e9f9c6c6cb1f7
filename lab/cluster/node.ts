import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { programEnvironment, readContainerdMajor } from "../containerd-program.ts";
import { waitForCri } from "../cri-ready.ts";
import { runCommand } from "../run-command.ts";
import { readSnapshotter } from "../snapshotter.ts";
import type { LabNode } from "../state.ts";
import { certificateFiles } from "./certificates.ts";
import { cgroupProcsFiles, createCgroup } from "./cgroups.ts";
import { kubeconfigFile, pkiFolder, writeKubeconfig } from "./control-plane.ts";
import { enterCommand } from "./enter.ts";
import { type Holder, startHolder } from "./hub.ts";
import type { ClusterTools } from "./install/cluster-tools.ts";
import { type NodePlan, network } from "./network.ts";
import { kubeletCommand, proxyCommand, sharedFolders } from "./node-commands.ts";
import { writeNodeFiles } from "./node-files.ts";
import { nodeContainerd } from "./node-paths.ts";
import type { NodeTaint } from "./node-taint.ts";
import { startPart } from "./part.ts";
import { clusterImages, clusterRegistries } from "./seed.ts";

/** What a node is started with. */
export interface NodeOptions {
  /** The lab's folder. */
  readonly folder: string;
  readonly plan: NodePlan;
  /** None where it is absent. */
  readonly taints?: readonly NodeTaint[];
  readonly hub: Holder;
  /** The lab's cgroup. */
  readonly cgroup: string;
  readonly tools: ClusterTools;
  /** The folder that tools are installed into. */
  readonly cache: string;
  readonly signal?: AbortSignal;
}

function nodeFolder({ folder, plan }: NodeOptions): string {
  return join(folder, plan.name);
}

function nodeRoot(options: NodeOptions): string {
  return join(nodeFolder(options), "root");
}

function cgroupsOf({ cgroup, plan }: NodeOptions): { pods: string; daemons: string } {
  return { pods: `${cgroup}/${plan.name}/pods`, daemons: `${cgroup}/${plan.name}/daemons` };
}

async function prepareFiles(options: NodeOptions): Promise<void> {
  const { folder, plan, tools } = options;
  const subject = { commonName: `system:node:${plan.name}`, organization: "system:nodes" };
  await mkdir(nodeRoot(options), { recursive: true, mode: 0o755 });
  await writeNodeFiles({
    plan,
    root: nodeRoot(options),
    snapshotter: await readSnapshotter(nodeFolder(options)),
    containerdMajor: await readContainerdMajor(tools.containerd),
    sandboxImage: clusterImages.pause,
    cni: tools.cni,
    cgroup: cgroupsOf(options).pods,
    taints: options.taints ?? [],
    kubeletKubeconfig: await writeKubeconfig(folder, plan.name, subject),
    proxyKubeconfig: await readFile(kubeconfigFile(folder, "kube-proxy"), "utf8"),
    authority: await readFile(certificateFiles(pkiFolder(folder), "ca").certFile, "utf8"),
    plainHttpRegistries: [clusterRegistries.registry, clusterRegistries.privateRegistry],
  });
}

async function startNamespaces(options: NodeOptions): Promise<Holder> {
  const { folder, plan, tools, cache, signal } = options;
  const script = join(import.meta.dirname, "node-root.sh");
  const unshare = ["unshare", "--mount", "--propagation", "private", "--net", "--"] as const;
  const shared = sharedFolders([cache, ...Object.values(tools)]);
  return startHolder({
    folder,
    name: plan.name,
    logFile: join(nodeFolder(options), "namespaces.log"),
    command: [...unshare, script, nodeRoot(options), ...shared],
    ...(signal ? { signal } : {}),
  });
}

async function attach(options: NodeOptions, node: Holder): Promise<void> {
  const { hub, plan } = options;
  const address = `${plan.address}/${network.nodes.split("/")[1]}`;
  const routed = plan.index === 1 ? [network.services, network.loadBalancers] : [];
  const script = join(import.meta.dirname, "node-link.sh");
  const names = [String(hub.pid), String(node.pid), plan.name, address, network.hub];
  await runCommand([script, ...names, plan.podCidr, ...routed]);
}

function daemonOptions(options: NodeOptions, node: Holder, name: string) {
  const { tools } = options;
  const { PATH: path = "", ...environment } = programEnvironment(tools.containerd);
  const procs = cgroupProcsFiles(cgroupsOf(options).daemons);
  return {
    enter: enterCommand({ pid: node.pid, kinds: ["mount", "net"] }, procs),
    environment: { ...environment, PATH: `${tools.runc}:${tools.iptables}:${path}`, GODEBUG: "netdns=go" },
    logFile: join(nodeFolder(options), `${name}.log`),
  };
}

async function startContainerd(options: NodeOptions, node: Holder): Promise<LabNode> {
  const { folder, plan, tools, signal } = options;
  const daemon = daemonOptions(options, node, "containerd");
  const command = [join(tools.containerd, "containerd"), "--config", nodeContainerd.config] as const;
  const process = await startPart(folder, `containerd-${plan.name}`, { ...daemon, command });
  const root = nodeRoot(options);
  const criSocket = join(root, nodeContainerd.socket);
  const wait = { socket: criSocket, process, logFile: daemon.logFile, ...(signal ? { signal } : {}) };
  const containerdVersion = await waitForCri(wait);
  return { name: plan.name, address: plan.address, root, criSocket, containerdVersion };
}

/**
 * Makes a node's files and namespaces, attaches it to the hub, and starts its containerd, kubelet and kube-proxy. There
 * has to be an API server. Resolves when its containerd answers.
 */
export async function startNode(options: NodeOptions): Promise<LabNode> {
  const { folder, plan, tools } = options;
  const { pods, daemons } = cgroupsOf(options);
  for (const cgroup of [pods, daemons]) await createCgroup(cgroup);
  await prepareFiles(options);
  const node = await startNamespaces(options);
  await attach(options, node);
  const running = await startContainerd(options, node);
  const commands = {
    kubelet: kubeletCommand(tools.kubernetes, plan),
    "kube-proxy": proxyCommand(tools.kubernetes, plan),
  };
  for (const [name, command] of Object.entries(commands)) {
    await startPart(folder, `${name}-${plan.name}`, { ...daemonOptions(options, node, name), command });
  }
  return running;
}
