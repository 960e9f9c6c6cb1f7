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
  const namespace = onlyNamespace(features);
  const sourceRules = features.sources.flatMap((source) => watched[source]);
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
      rules: [...(namespace === undefined ? sourceRules : []), ...createNodeRules(settings)],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      subjects: [subject(settings)],
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    },
    ...(namespace === undefined || sourceRules.length === 0
      ? []
      : createRole({ name: `${name}-sources`, namespace }, sourceRules, settings)),
    // Never in the default manifest: whoever reads a secret of a namespace reads all of them.
    ...features.pullSecretNamespaces.flatMap((secrets) =>
      createRole({ name: `${name}-pull-secrets`, namespace: secrets }, secretRules, settings),
    ),
  ];
}

const secretRules: readonly Rule[] = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }];

function createNodeRules(settings: AgentSettings): Rule[] {
  const { startupTaint, events } = settings.features;
  // The agent reads its node by a watch; only taints are read anew where that is behind.
  const get = startupTaint === undefined ? [] : ["get"];
  const patch = changesNode(settings) ? ["patch"] : [];
  return [
    { apiGroups: [""], resources: ["nodes"], verbs: [...get, "list", "watch", ...patch] },
    ...(events ? [{ apiGroups: [""], resources: ["events"], verbs: ["create"] }] : []),
  ];
}

/** One namespace alone is all that the agent then lists; several are listed with all the others. */
function onlyNamespace({ namespaces }: AgentSettings["features"]): string | undefined {
  return namespaces.length === 1 ? namespaces[0] : undefined;
}

function createRole(
  metadata: { readonly name: string; readonly namespace: string },
  rules: readonly Rule[],
  settings: AgentSettings,
): KubeObject[] {
  return [
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules },
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
