import { createHash } from "node:crypto";
import { type NodePlan, network } from "./network.ts";
import { nodeContainerd } from "./node-paths.ts";
import type { NodeTaint } from "./node-taint.ts";

/** A machine-id that is the same for the same node in every run: machine-id(5). */
export function renderMachineId(name: string): string {
  return `${createHash("sha256").update(`prestow-lab ${name}`).digest("hex").slice(0, 32)}\n`;
}

/**
 * A node's pod network. Pods are attached point to point, so that all their packets pass the node's routing: between two
 * ports of a bridge, an answer would pass by the connection tracking that undoes a Service's address.
 */
export function renderCniConfig(plan: NodePlan): string {
  const ipam = { type: "host-local", ranges: [[{ subnet: plan.podCidr }]], routes: [{ dst: "0.0.0.0/0" }] };
  const config = {
    cniVersion: "0.4.0",
    name: "lab",
    plugins: [
      { type: "ptp", ipMasq: false, ipam },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

const authentication = (authority: string) => ({
  anonymous: { enabled: false },
  webhook: { enabled: true },
  x509: { clientCAFile: authority },
});

/**
 * A kubelet's configuration, as JSON, which is YAML. Its pods are below a cgroup of its own, because a kubelet removes
 * those that it does not know; the machine's disk and memory are not its to judge, so its thresholds are low.
 */
export function renderKubeletConfig(
  cgroup: string,
  authority: string,
  taints: readonly NodeTaint[] = [],
): string {
  const config = {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: authentication(authority),
    authorization: { mode: "Webhook" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: cgroup,
    clusterDNS: [network.dnsService],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${nodeContainerd.socket}`,
    enforceNodeAllocatable: [],
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    failCgroupV1: false,
    failSwapOn: false,
    imageGCHighThresholdPercent: 99,
    imageGCLowThresholdPercent: 98,
    makeIPTablesUtilChains: false,
    registerWithTaints: taints,
    resolvConf: "",
    rotateCertificates: false,
    shutdownGracePeriod: "0s",
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
