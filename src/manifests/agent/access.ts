import type { SourceName } from "../../sources/source.ts";
import type { KubeObject } from "../kube-object.ts";
import { objectMeta, subjectNamespace } from "../object-meta.ts";
import type { AgentSettings } from "./settings.ts";

const rbac = "rbac.authorization.k8s.io";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const watched: Readonly<Record<SourceName, readonly Rule[]>> = {
  fleets: [{ apiGroups: ["agones.dev"], resources: ["fleets"], verbs: ["list", "watch"] }],
  workloads: [
    {
      apiGroups: ["apps"],
      resources: ["deployments", "statefulsets", "daemonsets"],
      verbs: ["list", "watch"],
    },
    { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: ["list", "watch"] },
  ],
  list: [],
};

/** The name of the ClusterRole, its binding and the policies beside them. */
export function agentRoleName({ name }: Pick<AgentSettings, "name">): string {
  return name;
}

/** Whether the agent changes its node. */
export function changesNode({ features }: Pick<AgentSettings, "features">): boolean {
  return features.nodeLabel !== undefined || features.startupTaint !== undefined;
}

/** The account of the agent's pods, and what it may do: no more than its flags ask for. */
export function createAgentAccess(settings: AgentSettings): KubeObject[] {
  const name = agentRoleName(settings);
  const { features } = settings;
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
      metadata: { name },
      rules: [
        ...features.sources.flatMap((source) => watched[source]),
        {
          apiGroups: [""],
          resources: ["nodes"],
          verbs: ["get", "list", "watch", ...(changesNode(settings) ? ["patch"] : [])],
        },
        ...(features.events ? [{ apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] }] : []),
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      subjects: [subject(settings)],
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    },
    ...features.pullSecretNamespaces.flatMap((namespace) => createSecretAccess(namespace, settings)),
  ];
}

// Never in the default manifest: whoever reads a secret of a namespace reads all of them.
function createSecretAccess(namespace: string, settings: AgentSettings): KubeObject[] {
  const metadata = { name: `${settings.name}-pull-secrets`, namespace };
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata,
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      subjects: [subject(settings)],
      roleRef: { apiGroup: rbac, kind: "Role", name: metadata.name },
    },
  ];
}

function subject(settings: AgentSettings): Record<string, string> {
  return { kind: "ServiceAccount", name: settings.name, namespace: subjectNamespace(settings) };
}
