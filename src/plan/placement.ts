import { printable } from "../lib/printable.ts";
import { matchesRequirement } from "./placement-requirement.ts";
import { isPassingTaint, toleratesTaint } from "./placement-taints.ts";
import type { NodeFacts, NodeRequirement, NodeSelectorTerm, PodPlacement } from "./pod-placement.ts";

/** Whether pods could run on the node; the reason is one clause for people. */
export type PlacementDecision = { readonly here: true } | { readonly here: false; readonly reason: string };

const here: PlacementDecision = { here: true };

/**
 * Decides if a pod could ever run on a node, by the scheduler's rules for what does not pass: name, nodeSelector,
 * required node affinity, taints. A node that is not known could run everything, and so could any node what no pod asks
 * for. `ignoredTaints` are keys of startup taints beside those that never count.
 */
export function decidePlacement(
  placement: PodPlacement | undefined,
  node: NodeFacts | undefined,
  ignoredTaints: readonly string[] = [],
): PlacementDecision {
  if (placement === undefined || node === undefined) return here;
  const reason =
    findNameFault(placement, node) ??
    findSelectorFault(placement, node) ??
    findAffinityFault(placement, node) ??
    findTaintFault(placement, node, ignoredTaints);
  return reason === undefined ? here : { here: false, reason: printable(reason, 300) };
}

function findNameFault({ nodeName }: PodPlacement, node: NodeFacts): string | undefined {
  return nodeName === undefined || nodeName === node.name ? undefined : `it is bound to the node ${nodeName}`;
}

function findSelectorFault({ nodeSelector = {} }: PodPlacement, { labels }: NodeFacts): string | undefined {
  for (const [key, value] of Object.entries(nodeSelector)) {
    if (labels[key] !== value) return `its nodeSelector asks for ${key}=${value}, which this node has not`;
  }
  return undefined;
}

// An empty list of terms is a selector that nothing fulfils, as for the scheduler.
function findAffinityFault({ requiredTerms }: PodPlacement, node: NodeFacts): string | undefined {
  if (requiredTerms === undefined || requiredTerms.some((term) => matchesTerm(term, node))) return undefined;
  return "no term of its required node affinity holds for this node";
}

function matchesTerm({ labels, fields }: NodeSelectorTerm, node: NodeFacts): boolean {
  if (labels.length === 0 && fields.length === 0) return false;
  return (
    labels.every((requirement) => matchesRequirement(requirement, node.labels)) &&
    fields.every((requirement) => matchesField(requirement, node.name))
  );
}

function matchesField({ key, operator, values }: NodeRequirement, nodeName: string): boolean {
  if (key !== "metadata.name" || values.length !== 1) return false;
  if (operator === "In") return values[0] === nodeName;
  return operator === "NotIn" && values[0] !== nodeName;
}

function findTaintFault(
  { nodeName, tolerations = [] }: PodPlacement,
  { taints }: NodeFacts,
  ignored: readonly string[],
): string | undefined {
  // A pod that names its node passes by the scheduler, so only what evicts keeps it away.
  const effects = nodeName === undefined ? ["NoSchedule", "NoExecute"] : ["NoExecute"];
  for (const taint of taints) {
    if (!effects.includes(taint.effect) || isPassingTaint(taint, ignored)) continue;
    if (tolerations.some((toleration) => toleratesTaint(toleration, taint))) continue;
    const value = taint.value === "" ? "" : `=${taint.value}`;
    return `it does not tolerate this node's taint ${taint.key}${value}:${taint.effect}`;
  }
  return undefined;
}
