import { decidePlacement } from "../../plan/placement.ts";
import type { NodeFacts } from "../../plan/pod-placement.ts";
import { extractPlacement } from "../../sources/extract-placement.ts";
import { recordAt, recordsAt, textAt } from "../../sources/json-parts.ts";
import { parseNodeFacts } from "../../sources/node-facts.ts";
import type { HoldConfig } from "../config.ts";

/** What decisions need of a node. */
export interface HoldNode extends NodeFacts {
  /** As nodes are labelled: `amd64`. */
  readonly arch: string;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  /** Versions of its kubelet and its runtime: what one of them can, the others can. */
  readonly flavour: string;
}

/** Reads a Node object; undefined for what is none. */
export function parseHoldNode(object: unknown): HoldNode | undefined {
  const facts = parseNodeFacts(object);
  if (facts === undefined) return undefined;
  const status = recordAt(object, "status");
  const info = recordAt(status, "nodeInfo");
  return {
    ...facts,
    arch: facts.labels["kubernetes.io/arch"] ?? textAt(info, "architecture") ?? "",
    ready: recordsAt(status, "conditions").some(
      (each) => each["type"] === "Ready" && each["status"] === "True",
    ),
    unschedulable: recordAt(object, "spec")["unschedulable"] === true,
    flavour: [textAt(info, "kubeletVersion"), textAt(info, "containerRuntimeVersion")].join(" "),
  };
}

/** The nodes that are to hold images. */
export function listTargets(
  nodes: Iterable<HoldNode>,
  { nodeSelector, affinity, tolerations }: Pick<HoldConfig, "nodeSelector" | "affinity" | "tolerations">,
): HoldNode[] {
  const placement = extractPlacement({ nodeSelector, affinity, tolerations });
  return [...nodes].filter((node) => decidePlacement(placement, node).here);
}

/**
 * The platforms on which images are tried, each once. What no node of a platform can take now waits for nobody: a
 * platform whose nodes are all down would keep images from those of the others.
 */
export function listPlatforms(targets: readonly HoldNode[]): string[] {
  const able = targets.filter(({ ready, unschedulable }) => ready && !unschedulable);
  return [...new Set(able.map(({ arch }) => arch))].toSorted();
}
