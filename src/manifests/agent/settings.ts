import type { SourceName } from "../../sources/source.ts";
import type { Resources } from "../kube-object.ts";
import type { DeploySettings } from "../settings.ts";

export const strategies = ["fetch", "agent"] as const;
export type Strategy = (typeof strategies)[number];

/** What runs the agent: one on each node, or as many as there are replicas, never two on a node. */
export const agentKinds = ["daemonset", "deployment"] as const;
export type AgentKind = (typeof agentKinds)[number];

/** What of the agent's own flags decides what its manifest must have. */
export interface AgentFeatures {
  readonly sources: readonly SourceName[];
  /** The only ones whose objects count; none: all. */
  readonly namespaces: readonly string[];
  /** Keys of the node. */
  readonly nodeLabel: string | undefined;
  readonly startupTaint: string | undefined;
  readonly events: boolean;
  readonly pullSecretNamespaces: readonly string[];
  /** Of /metrics, /readyz and /livez; undefined where they are not served. */
  readonly metricsPort: number | undefined;
  /** The flags themselves, as they were given. */
  readonly args: readonly string[];
}

/** All that the manifest of one agent depends on, checked. */
export interface AgentSettings
  extends Pick<
    DeploySettings,
    | "name"
    | "namespace"
    | "flavor"
    | "runtime"
    | "image"
    | "secret"
    | "plugins"
    | "imageList"
    | "admissionPolicy"
    | "maxUnavailable"
    | "nodeSelector"
    | "tolerations"
    | "priorityClass"
  > {
  readonly kind: AgentKind;
  /** Of a Deployment. */
  readonly replicas: number;
  readonly resources: Resources;
  readonly features: AgentFeatures;
}
