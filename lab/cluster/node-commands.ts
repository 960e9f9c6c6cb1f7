import { isAbsolute, join, relative } from "node:path";
import { type NodePlan, network } from "./network.ts";
import { nodeKubelet, nodeProxyKubeconfig } from "./node-paths.ts";

/** A kubelet's command; its other settings are in its configuration file. */
export function kubeletCommand(kubernetes: string, plan: NodePlan): [string, ...string[]] {
  return [
    join(kubernetes, "kubelet"),
    `--config=${nodeKubelet.config}`,
    `--kubeconfig=${nodeKubelet.kubeconfig}`,
    `--hostname-override=${plan.name}`,
    `--node-ip=${plan.address}`,
  ];
}

/** A kube-proxy's command. Limits of connection tracking are the whole machine's, so they are left as they are. */
export function proxyCommand(kubernetes: string, plan: NodePlan): [string, ...string[]] {
  return [
    join(kubernetes, "kube-proxy"),
    `--kubeconfig=${nodeProxyKubeconfig}`,
    `--hostname-override=${plan.name}`,
    "--proxy-mode=iptables",
    `--cluster-cidr=${network.pods}`,
    "--conntrack-max-per-core=0",
    "--conntrack-tcp-timeout-established=0",
    "--conntrack-tcp-timeout-close-wait=0",
  ];
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

const nodeHas = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

/** The paths that a node has to be shown for it to have all of the given ones: no path within another, none of /usr. */
export function sharedFolders(paths: readonly string[]): string[] {
  const missing = [...new Set(paths)].filter((path) => !nodeHas.some((folder) => isWithin(path, folder)));
  return missing.filter((path) => !missing.some((other) => other !== path && isWithin(path, other)));
}
