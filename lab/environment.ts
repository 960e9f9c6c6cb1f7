import { join } from "node:path";
import type { Environment } from "./paths.ts";
import type { LabCluster, LabEndpoints } from "./state.ts";

/** The variables by which commands find what the lab runs. */
export function labVariables(endpoints: LabEndpoints): Record<string, string> {
  return {
    PRESTOW_LAB_REGISTRY: endpoints.registry,
    PRESTOW_LAB_CRI: endpoints.criSocket,
    PRESTOW_LAB_IMAGES: endpoints.imagesFile,
    PRESTOW_LAB_PRIVATE: endpoints.privateRegistry,
    PRESTOW_LAB_DOCKER_CONFIG: endpoints.dockerConfigFile,
    ...(endpoints.cluster ? clusterVariables(endpoints.cluster) : {}),
  };
}

/** The variables that a lab with a cluster has besides; nodes are counted from 1. */
function clusterVariables(cluster: LabCluster): Record<string, string> {
  const sockets = cluster.nodes.map((node, index) => [`PRESTOW_LAB_CRI_${index + 1}`, node.criSocket]);
  const roots = cluster.nodes.map((node, index) => [`PRESTOW_LAB_ROOT_${index + 1}`, node.root]);
  return {
    KUBECONFIG: cluster.kubeconfig,
    PRESTOW_LAB_IMAGE: cluster.image,
    PRESTOW_LAB_NODES: cluster.nodes.map((node) => node.name).join(" "),
    ...Object.fromEntries([...sockets, ...roots]),
  };
}

// Nothing of a cluster is reached through a proxy, and no proxy is reached from inside the cluster's network.
const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

function withoutProxies(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !proxyVariables.includes(name)));
}

/** What a command of the lab is run by: for a cluster, what enters the network that the cluster is in. */
export function enterLab(endpoints: LabEndpoints): string[] {
  if (endpoints.cluster === undefined) return [];
  return ["nsenter", "--target", String(endpoints.cluster.hubPid), "--net", "--"];
}

/**
 * A command's environment in the lab: the caller's, the lab's variables, and on PATH, before all else, the checkout's
 * `bin` and the lab's tools. `ctr` talks to the lab's containerd by `CONTAINERD_ADDRESS`, where CRI keeps its images.
 */
export function labEnvironment(
  environment: Environment,
  endpoints: LabEndpoints,
  checkout: string,
): Environment {
  const path = [join(checkout, "bin"), ...endpoints.binDirs, environment["PATH"] ?? "/usr/bin:/bin"];
  return {
    ...(endpoints.cluster ? withoutProxies(environment) : environment),
    ...labVariables(endpoints),
    CONTAINERD_ADDRESS: endpoints.criSocket,
    CONTAINERD_NAMESPACE: "k8s.io",
    CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS: "true",
    PATH: path.join(":"),
  };
}
