import type { KubeObject } from "../kube-object.ts";
import { subjectNamespace } from "../object-meta.ts";
import { agentRoleName, changesNode } from "./access.ts";
import type { AgentSettings } from "./settings.ts";

const api = "admissionregistration.k8s.io/v1";
const claim = "authentication.kubernetes.io/node-name";

interface Validation {
  readonly expression: string;
  readonly message: string;
}

interface Policy {
  readonly name: string;
  readonly operations: readonly string[];
  readonly resource: string;
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

/**
 * RBAC can only allow an account to patch every node and to write any event. These policies narrow that to the node that
 * the token's pod runs on (Kubernetes puts its name into tokens bound to a pod), to the agent's own keys there, and to
 * events of that node. They need Kubernetes 1.30. Statuses are not compared, because a change of a node cannot reach
 * them, nor what the API server itself keeps in the metadata.
 */
export function createAgentPolicies(settings: AgentSettings): KubeObject[] {
  const name = agentRoleName(settings);
  return [
    ...(changesNode(settings) ? createPolicy(nodePolicy(name, settings), settings) : []),
    ...(settings.features.events ? createPolicy(eventPolicy(`${name}-events`), settings) : []),
  ];
}

function createPolicy(policy: Policy, settings: AgentSettings): KubeObject[] {
  const { name, operations, resource, variables, validations } = policy;
  const podNode = { name: "podNode", expression: `request.userInfo.?extra[?'${claim}'][0].orValue('')` };
  return [
    {
      apiVersion: api,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations, resources: [resource] }],
        },
        matchConditions: [{ name: "by-the-agent", expression: isOurAccount(settings) }],
        variables: [podNode, ...variables],
        validations: validations.map((validation) => ({ ...validation, reason: "Forbidden" })),
      },
    },
    {
      apiVersion: api,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
}

// Names are DNS labels, and keys letters, digits, "-", "_", "." and "/": none of them needs escapes in CEL.
function isOurAccount(settings: AgentSettings): string {
  return `request.userInfo.username == 'system:serviceaccount:${subjectNamespace(settings)}:${settings.name}'`;
}

function nodePolicy(name: string, { features: { nodeLabel, startupTaint } }: AgentSettings): Policy {
  return {
    name,
    operations: ["UPDATE"],
    resource: "nodes",
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

function eventPolicy(name: string): Policy {
  return {
    name,
    operations: ["CREATE", "UPDATE"],
    resource: "events",
    variables: [],
    validations: [
      {
        expression: lines(
          "object.involvedObject.?kind.orValue('') == 'Node' && variables.podNode != '' &&",
          "object.involvedObject.?name.orValue('') == variables.podNode",
        ),
        message: "a token may only write events of the node that its pod runs on",
      },
    ],
  };
}

function lines(...parts: readonly string[]): string {
  return `${parts.join("\n")}\n`;
}
