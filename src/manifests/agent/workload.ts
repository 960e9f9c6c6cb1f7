import type { KubeObject } from "../kube-object.ts";
import { objectMeta } from "../object-meta.ts";
import { createAgentPodSpec } from "./pod.ts";
import type { AgentSettings } from "./settings.ts";

/** What runs the agent: a DaemonSet, or a Deployment whose pods never share a node. */
export function createAgentWorkload(settings: AgentSettings): KubeObject {
  return settings.kind === "daemonset" ? createDaemonSet(settings) : createDeployment(settings);
}

function createDaemonSet(settings: AgentSettings): KubeObject {
  const { maxUnavailable = "10%" } = settings;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: objectMeta(settings),
    spec: {
      selector: { matchLabels: labelsOf(settings) },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable } },
      template: createTemplate(settings, createAgentPodSpec(settings)),
    },
  };
}

function createDeployment(settings: AgentSettings): KubeObject {
  const { maxUnavailable = "10%", replicas } = settings;
  const { nodeSelector, ...spec } = createAgentPodSpec(settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: objectMeta(settings),
    spec: {
      replicas,
      selector: { matchLabels: labelsOf(settings) },
      // A second agent on a node finds no room beside the first.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable } },
      template: createTemplate(settings, { ...spec, affinity: createAffinity(settings) }),
    },
  };
}

/** The pod template of an instance. */
export function createTemplate(settings: AgentSettings, spec: Record<string, unknown>) {
  const annotations = settings.flavor === "ocp" && { "openshift.io/required-scc": "privileged" };
  return { metadata: { labels: labelsOf(settings), ...(annotations && { annotations }) }, spec };
}

function createAffinity(settings: AgentSettings): Record<string, unknown> {
  const matchExpressions = Object.entries(settings.nodeSelector).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  }));
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: labelsOf(settings) }, topologyKey: "kubernetes.io/hostname" },
      ],
    },
  };
}

function labelsOf({ name }: AgentSettings): Record<string, string> {
  return { app: name };
}
