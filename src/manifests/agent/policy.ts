import type { KubeObject } from "../kube-object.ts";
import { subjectNamespace } from "../object-meta.ts";
import { agentRoleName, changesNode } from "./access.ts";
import { createNodeRules, lines, type PolicyRules } from "./node-rules.ts";
import type { AgentSettings } from "./settings.ts";

const api = "admissionregistration.k8s.io/v1";
const claim = "authentication.kubernetes.io/node-name";

interface Policy extends PolicyRules {
  readonly name: string;
  readonly operations: readonly string[];
  readonly resource: string;
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
          // The role names this API group alone; in another one the same object has other fields.
          matchPolicy: "Exact",
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

function nodePolicy(name: string, { features }: AgentSettings): Policy {
  return { name, operations: ["UPDATE"], resource: "nodes", ...createNodeRules(features) };
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
