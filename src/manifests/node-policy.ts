import { createLabelKey } from "../results/node-label-name.ts";
import { nodeLabelerName } from "./access.ts";
import type { KubeObject } from "./kube-object.ts";
import { subjectNamespace } from "./object-meta.ts";
import type { DeploySettings } from "./settings.ts";

const api = "admissionregistration.k8s.io/v1";

/**
 * RBAC can only allow a ServiceAccount to patch every node. This policy narrows that: a token counts only for
 * the node that its pod runs on (Kubernetes puts the node's name into tokens bound to a pod), and only for the
 * label of this instance. Needs Kubernetes 1.30. Statuses are not compared, because a change of a node cannot
 * reach them, nor what the API server itself keeps in the metadata.
 */
export function createNodePolicy(settings: DeploySettings): KubeObject[] {
  const name = nodeLabelerName(settings);
  return [
    {
      apiVersion: api,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["nodes"] },
          ],
        },
        matchConditions: [{ name: "by-the-instance", expression: isOurAccount(settings) }],
        variables: createVariables(settings),
        validations: createValidations(settings),
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

// Names are DNS labels, so they need no escapes in CEL.
function isOurAccount(settings: DeploySettings): string {
  return `request.userInfo.username == 'system:serviceaccount:${subjectNamespace(settings)}:${settings.name}'`;
}

function createVariables({ name }: DeploySettings): { name: string; expression: string }[] {
  const claim = "authentication.kubernetes.io/node-name";
  return [
    { name: "podNode", expression: `request.userInfo.?extra[?'${claim}'][0].orValue('')` },
    { name: "key", expression: `'${createLabelKey(name)}'` },
    { name: "before", expression: "oldObject.metadata.?labels.orValue({})" },
    { name: "after", expression: "object.metadata.?labels.orValue({})" },
  ];
}

function createValidations({ name }: DeploySettings): Record<string, string>[] {
  const label = createLabelKey(name);
  return [
    {
      expression: "variables.podNode != '' && variables.podNode == object.metadata.name",
      messageExpression:
        "'a token of a pod on node \"' + variables.podNode + '\" may not change node ' + object.metadata.name",
    },
    {
      expression: lines(
        "variables.after.all(k, k == variables.key ||",
        "  (k in variables.before && variables.before[k] == variables.after[k])) &&",
        "variables.before.all(k, k == variables.key || k in variables.after)",
      ),
      message: `only the label ${label} may be changed`,
    },
    {
      expression: lines(
        "!(variables.key in variables.after) ||",
        "variables.after[variables.key] in ['succeeded', 'failed']",
      ),
      message: `the label ${label} may only be succeeded or failed`,
    },
    {
      expression: lines(
        "object.?spec == oldObject.?spec &&",
        "object.metadata.?annotations == oldObject.metadata.?annotations &&",
        "object.metadata.?finalizers == oldObject.metadata.?finalizers &&",
        "object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences",
      ),
      message: "nothing but the node's label may be changed",
    },
  ].map((validation) => ({ ...validation, reason: "Forbidden" }));
}

function lines(...parts: readonly string[]): string {
  return `${parts.join("\n")}\n`;
}
