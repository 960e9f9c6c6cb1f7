import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../src/lib/config-error.ts";
import type { InstallContext } from "../install/context.ts";
import { type ContainerdKind, containerdKinds } from "../install/tools.ts";
import { hasProgram } from "../install/which.ts";
import { stopProcess } from "../process.ts";
import {
  forgetProcesses,
  type LabCluster,
  type LabEndpoints,
  type LabNode,
  type LabProcess,
  readLabState,
  recordEndpoints,
} from "../state.ts";
import { removeCgroup } from "./cgroups.ts";
import { createKubectl } from "./control-plane.ts";
import { installCluster } from "./install/cluster-tools.ts";
import { createNodePlan, mostNodes, type NodePlan } from "./network.ts";
import { startNode } from "./node.ts";
import { waitForNodes } from "./node-ready.ts";
import type { NodeTaint } from "./node-taint.ts";

/** The plan of the node that a cluster gets next. Throws a `ConfigError` where it has the most that it can have. */
export function decideNextNode(cluster: LabCluster): NodePlan {
  if (cluster.nodes.length < mostNodes) return createNodePlan(cluster.nodes.length + 1);
  throw new ConfigError(`the lab's cluster has ${mostNodes} nodes, and no addresses for more`);
}

const graceMs = 2_000;

function isOf(name: string): (process: LabProcess) => boolean {
  return (process) => process.name === name || process.name.endsWith(`-${name}`);
}

async function endNode(folder: string, cgroup: string, name: string): Promise<void> {
  const processes = readLabState(folder)?.processes.filter(isOf(name)) ?? [];
  await Promise.all(processes.map((process) => stopProcess(process, graceMs)));
  await removeCgroup(`${cgroup}/${name}`);
  forgetProcesses(folder, isOf(name));
  await rm(join(folder, name), { recursive: true, force: true });
}

function parseKind(text: string | undefined): ContainerdKind | undefined {
  return containerdKinds.find((kind) => kind === text);
}

/** Adds a node to a running lab's cluster and resolves when it is ready. Where that fails, nothing of it is left. */
export async function addNode(
  folder: string,
  endpoints: LabEndpoints,
  cluster: LabCluster,
  install: InstallContext,
  taints: readonly NodeTaint[] = [],
): Promise<LabNode> {
  const plan = decideNextNode(cluster);
  const tools = await installCluster(parseKind(endpoints.containerdKind), install);
  const hub = { pid: cluster.hubPid };
  const signal = install.signal ? { signal: install.signal } : {};
  try {
    const node = await startNode({
      folder,
      plan,
      taints,
      hub,
      cgroup: cluster.cgroup,
      tools,
      cache: install.cache,
      ...signal,
    });
    await waitForNodes(createKubectl({ folder, hub, kubernetes: tools.kubernetes, ...signal }), [plan.name]);
    recordEndpoints(folder, { ...endpoints, cluster: { ...cluster, nodes: [...cluster.nodes, node] } });
    return node;
  } catch (error) {
    await endNode(folder, cluster.cgroup, plan.name);
    throw error;
  }
}

/** Ends the last node of a running lab's cluster, without a word to its pods, and deletes it; resolves to its name. */
export async function removeLastNode(
  folder: string,
  endpoints: LabEndpoints,
  cluster: LabCluster,
): Promise<string> {
  const [last, nodes] = [cluster.nodes.at(-1), cluster.nodes.slice(0, -1)];
  if (last === undefined || nodes.length === 0) throw new ConfigError("the lab's cluster needs its one node");
  const kubernetes = endpoints.binDirs.find((binDir) => hasProgram(binDir, "kubectl"));
  if (kubernetes === undefined) throw new Error("the lab's kubectl is gone");
  recordEndpoints(folder, { ...endpoints, cluster: { ...cluster, nodes } });
  await endNode(folder, cluster.cgroup, last.name);
  const kubectl = createKubectl({ folder, hub: { pid: cluster.hubPid }, kubernetes });
  await kubectl("delete", "node", last.name, "--wait=false", "--ignore-not-found");
  return last.name;
}
