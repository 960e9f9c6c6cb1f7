import type { AgentFeatures } from "./settings.ts";

interface Validation {
  readonly expression: string;
  readonly message: string;
}

/** What a policy checks, in CEL; the variable `podNode` is there already. */
export interface PolicyRules {
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

/** A token may change the node of its pod alone, and there the agent's own keys. */
export function createNodeRules({ nodeLabel, startupTaint }: AgentFeatures): PolicyRules {
  return {
    variables: [
      { name: "labels", expression: "object.metadata.?labels.orValue({})" },
      { name: "oldLabels", expression: "oldObject.metadata.?labels.orValue({})" },
      ...(startupTaint === undefined
        ? []
        : [
            { name: "taints", expression: "object.?spec.?taints.orValue([])" },
            { name: "oldTaints", expression: "oldObject.?spec.?taints.orValue([])" },
          ]),
    ],
    validations: [
      {
        expression: "variables.podNode != '' && variables.podNode == object.metadata.name",
        message: "a token may only change the node that its pod runs on",
      },
      ...labelRules(nodeLabel),
      ...taintRules(startupTaint),
      {
        expression: lines(
          "object.metadata.?annotations == oldObject.metadata.?annotations &&",
          "object.metadata.?finalizers == oldObject.metadata.?finalizers &&",
          "object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences",
        ),
        message: "nothing else of the node's metadata may be changed",
      },
    ],
  };
}

function labelRules(key: string | undefined): Validation[] {
  if (key === undefined)
    return [{ expression: "variables.labels == variables.oldLabels", message: "no label may be changed" }];
  return [
    {
      expression: lines(
        `variables.labels.all(k, k == '${key}' ||`,
        "  (k in variables.oldLabels && variables.oldLabels[k] == variables.labels[k])) &&",
        `variables.oldLabels.all(k, k == '${key}' || k in variables.labels)`,
      ),
      message: `only the label ${key} may be changed`,
    },
    {
      expression: lines(
        `!('${key}' in variables.labels) ||`,
        `variables.labels['${key}'] in ['pending', 'ready', 'failed']`,
      ),
      message: `the label ${key} may only be pending, ready or failed`,
    },
  ];
}

/** All that a node's spec has beside its taints. */
const specFields = ["podCIDR", "podCIDRs", "providerID", "unschedulable", "configSource", "externalID"];

function taintRules(key: string | undefined): Validation[] {
  if (key === undefined)
    return [{ expression: "object.?spec == oldObject.?spec", message: "the node's spec may not be changed" }];
  return [
    {
      expression: "variables.taints.all(t, variables.oldTaints.exists(o, o == t))",
      message: "no taint may be added or changed",
    },
    {
      expression: `variables.oldTaints.all(o, o.key == '${key}' || variables.taints.exists(t, t == o))`,
      message: `only the taint ${key} may be taken away`,
    },
    {
      expression: lines(
        specFields.map((field) => `object.?spec.?${field} == oldObject.?spec.?${field}`).join(" &&\n"),
      ),
      message: "nothing but the taints of the node's spec may be changed",
    },
  ];
}

/** An expression of several lines. */
export function lines(...parts: readonly string[]): string {
  return `${parts.join("\n")}\n`;
}
