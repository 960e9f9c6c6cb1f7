import type { KubeObject } from "./kube-object.ts";
import { type InstanceName, objectMeta, subjectNamespace } from "./object-meta.ts";
import type { DeploySettings } from "./settings.ts";

const rbac = "rbac.authorization.k8s.io";

/** The name of the ClusterRole, its binding and the policy beside them. */
export function nodeLabelerName({ name }: DeploySettings): string {
  return `${name}-node-labeler`;
}

/** The account of the DaemonSet's pods, and what lets it label nodes. */
export function createNodeAccess(settings: DeploySettings): KubeObject[] {
  const name = nodeLabelerName(settings);
  const account = `ServiceAccount ${settings.name} in namespace ${subjectNamespace(settings)}`;
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: objectMeta(settings),
      automountServiceAccountToken: false,
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name, annotations: describe(`Write the node label of the image list ${settings.name}.`) },
      rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch", "update"] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name, annotations: describe(`Lets the ${account} label nodes.`) },
      subjects: [{ kind: "ServiceAccount", name: settings.name, namespace: subjectNamespace(settings) }],
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    },
  ];
}

/** What lets the pods run privileged on OpenShift. Named by instance, so that several can share a namespace. */
export function createPrivilegedAccess(settings: InstanceName): KubeObject[] {
  const metadata = objectMeta(settings, { suffix: "-privileged-scc" });
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata,
      rules: [
        {
          apiGroups: ["security.openshift.io"],
          resources: ["securitycontextconstraints"],
          resourceNames: ["privileged"],
          verbs: ["use"],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      // A subject without namespace is one of the binding's own.
      subjects: [{ kind: "ServiceAccount", name: settings.name }],
      roleRef: { apiGroup: rbac, kind: "Role", name: metadata.name },
    },
  ];
}

function describe(text: string): Record<string, string> {
  return { "kubernetes.io/description": text };
}
