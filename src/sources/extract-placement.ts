import type { JsonRecord } from "../lib/record.ts";
import type {
  NodeRequirement,
  NodeSelectorTerm,
  PodPlacement,
  PodToleration,
} from "../plan/pod-placement.ts";
import { recordAt, recordsAt, textAt, textMapAt, textsAt } from "./json-parts.ts";

const requiredTerms = "requiredDuringSchedulingIgnoredDuringExecution";

/** What a pod spec asks of a node; whatever its shape, it does not throw. */
export function extractPlacement(podSpec: JsonRecord): PodPlacement {
  const nodeName = textAt(podSpec, "nodeName");
  const nodeSelector = textMapAt(podSpec, "nodeSelector");
  const affinity = recordAt(recordAt(podSpec, "affinity"), "nodeAffinity");
  const tolerations = recordsAt(podSpec, "tolerations").map(extractToleration);
  const selector = affinity[requiredTerms];
  return {
    ...(nodeName !== undefined && { nodeName }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(selector !== undefined && selector !== null && { requiredTerms: extractTerms(selector) }),
    ...(tolerations.length > 0 && { tolerations }),
  };
}

function extractTerms(selector: unknown): NodeSelectorTerm[] {
  return recordsAt(selector, "nodeSelectorTerms").map((term) => ({
    labels: recordsAt(term, "matchExpressions").map(extractRequirement),
    fields: recordsAt(term, "matchFields").map(extractRequirement),
  }));
}

function extractRequirement(requirement: JsonRecord): NodeRequirement {
  return {
    key: textAt(requirement, "key") ?? "",
    operator: textAt(requirement, "operator") ?? "",
    values: textsAt(requirement, "values"),
  };
}

function extractToleration(toleration: JsonRecord): PodToleration {
  const key = textAt(toleration, "key");
  const operator = textAt(toleration, "operator");
  const value = textAt(toleration, "value");
  const effect = textAt(toleration, "effect");
  return {
    ...(key !== undefined && { key }),
    ...(operator !== undefined && { operator }),
    ...(value !== undefined && { value }),
    ...(effect !== undefined && { effect }),
  };
}
