import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaggedLayout } from "../image/build.ts";
import type { InstallContext } from "../install/context.ts";
import type { ContainerdKind } from "../install/tools.ts";
import { startRegistry } from "../registry.ts";
import { renderDockerConfig } from "../registry-config.ts";
import {
  createLabFolder,
  type LabCluster,
  type LabEndpoints,
  recordCgroup,
  recordEndpoints,
  recordProcess,
} from "../state.ts";
import { stopLab } from "../stop.ts";
import { kubeconfigFile, startControlPlane } from "./control-plane.ts";
import { enterCommand } from "./enter.ts";
import { type Holder, startHub } from "./hub.ts";
import { type ClusterTools, installCluster } from "./install/cluster-tools.ts";
import { createNodePlan, network } from "./network.ts";
import { startNode } from "./node.ts";
import { waitForNodes } from "./node-ready.ts";
import { buildPrestowLayouts, runPush } from "./prestow-image.ts";
import { clusterRegistries, runSeed } from "./seed.ts";

/** What a lab with a cluster is started with. */
export interface ClusterOptions {
  readonly folder: string;
  readonly nodes: number;
  readonly containerd?: ContainerdKind;
  readonly imageBytes: number;
  readonly install: InstallContext;
}

/** The cgroup of a lab with this folder. */
export function labCgroup(folder: string): string {
  return `/prestow-lab-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
}

async function startRegistries(options: ClusterOptions, tools: ClusterTools, hub: Holder): Promise<void> {
  const ports = { registry: network.registryPort, "private-registry": network.privateRegistryPort };
  for (const [name, port] of Object.entries(ports)) {
    await startRegistry(
      {
        binDir: tools.registry,
        stateDir: join(options.folder, name),
        login: name === "private-registry",
        address: network.hub,
        port,
        enter: enterCommand({ pid: hub.pid, kinds: ["net"] }),
        outlivesParent: true,
        onSpawn: (identity, daemon) => recordProcess(options.folder, { name, ...identity, daemon }),
      },
      options.install.signal,
    );
  }
}

/** What is made before anything runs. */
interface Parts {
  readonly tools: ClusterTools;
  readonly prestow: readonly TaggedLayout[];
}

/** Resolves to the reference of Prestow's image. */
async function fillRegistries(options: ClusterOptions, parts: Parts, hub: Holder): Promise<string> {
  const { folder, imageBytes, install } = options;
  const { tools, prestow } = parts;
  await startRegistries(options, tools, hub);
  const seed = { imageBytes, pause: tools.pause, busybox: tools.busybox };
  const list = await runSeed(hub, seed, install.signal);
  await writeFile(join(folder, "images.txt"), list.map((ref) => `${ref}\n`).join(""));
  const dockerConfig = renderDockerConfig([clusterRegistries.privateRegistry]);
  await writeFile(join(folder, "docker-config.json"), dockerConfig, { mode: 0o600 });
  return runPush(hub, prestow, install.signal);
}

async function startParts(options: ClusterOptions, parts: Parts): Promise<LabEndpoints> {
  const { folder, install } = options;
  const { tools } = parts;
  const signal = install.signal ? { signal: install.signal } : {};
  const cgroup = labCgroup(folder);
  recordCgroup(folder, cgroup);
  const hub = await startHub(folder, install.signal);
  const [filled, served] = await Promise.allSettled([
    fillRegistries(options, parts, hub),
    startControlPlane({ folder, hub, ...tools, ...signal }),
  ]);
  if (filled.status === "rejected") throw filled.reason;
  if (served.status === "rejected") throw served.reason;
  const plans = Array.from({ length: options.nodes }, (_, index) => createNodePlan(index + 1));
  const nodes = [];
  for (const plan of plans) {
    nodes.push(await startNode({ folder, plan, hub, cgroup, tools, cache: install.cache, ...signal }));
  }
  await waitForNodes(
    served.value,
    plans.map(({ name }) => name),
  );
  const [first] = nodes;
  if (first === undefined) throw new Error("a cluster without nodes");
  return {
    ...clusterRegistries,
    criSocket: first.criSocket,
    containerdVersion: first.containerdVersion,
    ...(options.containerd ? { containerdKind: options.containerd } : {}),
    imagesFile: join(folder, "images.txt"),
    dockerConfigFile: join(folder, "docker-config.json"),
    binDirs: [...new Set([tools.kubernetes, tools.containerd, tools.registry])],
    cluster: {
      hubPid: hub.pid,
      image: filled.value,
      kubeconfig: kubeconfigFile(folder, "admin"),
      cgroup,
      nodes,
    },
  };
}

/**
 * Installs what is missing and starts a whole cluster that outlives this process. Where anything fails, what was started
 * is ended again before the error is thrown.
 */
export async function startCluster(options: ClusterOptions): Promise<LabEndpoints> {
  const { folder, install } = options;
  const tools = await installCluster(options.containerd, install);
  const prestow = await buildPrestowLayouts(install);
  await createLabFolder(folder);
  try {
    const endpoints = await startParts(options, { tools, prestow });
    recordEndpoints(folder, endpoints);
    return endpoints;
  } catch (error) {
    await stopLab(folder);
    throw error;
  }
}

/** Has a running cluster's registry hold the image of the sources as they are now, and records its reference. */
export async function refreshImage(
  folder: string,
  endpoints: LabEndpoints,
  cluster: LabCluster,
  install: InstallContext,
): Promise<LabEndpoints> {
  const prestow = await buildPrestowLayouts(install);
  const image = await runPush({ pid: cluster.hubPid }, prestow, install.signal);
  const refreshed = { ...endpoints, cluster: { ...cluster, image } };
  recordEndpoints(folder, refreshed);
  return refreshed;
}
