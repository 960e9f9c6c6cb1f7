import type { NodeTaint, PodToleration } from "./pod-placement.ts";

// What these say passes by itself (a node that starts, is cordoned, under pressure or about to go), so no pod is kept
// from the node for good; images are wanted before such a taint goes.
const passingPrefixes = [
  "node.kubernetes.io/",
  "node.cluster.x-k8s.io/",
  "startup-taint.cluster-autoscaler.kubernetes.io/",
  "status-taint.cluster-autoscaler.kubernetes.io/",
  "ignore-taint.cluster-autoscaler.kubernetes.io/",
];
const passingKeys = new Set([
  "node.cloudprovider.kubernetes.io/uninitialized",
  "node.cloudprovider.kubernetes.io/shutdown",
  "karpenter.sh/unregistered",
  "karpenter.sh/disrupted",
  "karpenter.sh/disruption",
  "ToBeDeletedByClusterAutoscaler",
  "DeletionCandidateOfClusterAutoscaler",
]);
// Networks and storage drivers taint a new node so until they run on it: node.cilium.io/agent-not-ready.
const passingSuffix = "/agent-not-ready";

/**
 * Whether a taint says nothing about which pods the node is meant for: it is a state that passes, or one of `ignored`,
 * the startup taints that wait for images.
 */
export function isPassingTaint({ key }: NodeTaint, ignored: readonly string[]): boolean {
  return (
    passingKeys.has(key) ||
    ignored.includes(key) ||
    key.endsWith(passingSuffix) ||
    passingPrefixes.some((prefix) => key.startsWith(prefix))
  );
}

/** Whether a toleration covers a taint, by Kubernetes' rule: what it leaves open covers everything. */
export function toleratesTaint(toleration: PodToleration, taint: NodeTaint): boolean {
  const { key = "", operator = "", value = "", effect = "" } = toleration;
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return (operator === "" || operator === "Equal") && value === taint.value;
}
