import { isRecord, type JsonRecord } from "../../lib/record.ts";
import type { HoldConfig } from "../config.ts";

/** Where the pods may run and what they are for the cluster; the same for all pods of an installation. */
export function createPodBase(config: HoldConfig): JsonRecord {
  const { nodeSelector, affinity, tolerations, imagePullSecrets, priorityClassName } = config;
  return {
    // What holds an image needs no account, and one second to end.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(Object.keys(affinity).length > 0 && { affinity }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(imagePullSecrets.length > 0 && {
      imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
    }),
  };
}

/** The affinity's part about nodes, on one node: a probe need not keep away from other pods. */
export function pinToNode(affinity: JsonRecord, nodeName: string | undefined): JsonRecord | undefined {
  const given = affinity["nodeAffinity"];
  const nodeAffinity = isRecord(given) ? given : undefined;
  if (nodeName === undefined) return nodeAffinity && { nodeAffinity };
  const field = { key: "metadata.name", operator: "In", values: [nodeName] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: pinTerms(nodeAffinity, field) } };
}

// A node has to match one of the terms, so each of them gets the field.
function pinTerms(nodeAffinity: JsonRecord | undefined, field: JsonRecord): JsonRecord {
  const required = nodeAffinity?.["requiredDuringSchedulingIgnoredDuringExecution"];
  const given = isRecord(required) ? required["nodeSelectorTerms"] : undefined;
  const terms = Array.isArray(given) ? given.filter(isRecord) : [];
  const pinned = (terms.length === 0 ? [{}] : terms).map((term: JsonRecord) => {
    const fields = Array.isArray(term["matchFields"]) ? term["matchFields"] : [];
    return { ...term, matchFields: [...fields, field] };
  });
  return { nodeSelectorTerms: pinned };
}
