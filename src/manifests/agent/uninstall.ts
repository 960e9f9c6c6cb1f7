import type { KubeObject } from "../kube-object.ts";
import { objectMeta } from "../object-meta.ts";
import { restrictedUser } from "../security-context.ts";
import { createNodeContainer, createNodeView, createPodBase } from "./pod.ts";
import type { AgentSettings } from "./settings.ts";

const suffix = "-uninstall";

/**
 * What takes pins and labels from every node, and then waits to be deleted itself: its rollout tells when all nodes are
 * done. It runs as the agent's account.
 */
export function createUninstallDaemonSet(settings: AgentSettings): KubeObject {
  const labels = { app: `${settings.name}${suffix}` };
  const annotations = settings.flavor === "ocp" && { "openshift.io/required-scc": "privileged" };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: objectMeta(settings, { suffix }),
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
      template: { metadata: { labels, ...(annotations && { annotations }) }, spec: createPodSpec(settings) },
    },
  };
}

function createPodSpec(settings: AgentSettings): Record<string, unknown> {
  const { args, mounts } = createNodeView(settings);
  const { nodeLabel } = settings.features;
  const label = nodeLabel === undefined ? [] : [`--node-label=${nodeLabel}`];
  const unpin = ["unpin", "--all", ...args, ...label];
  const { image, resources } = settings;
  return {
    ...createPodBase(settings, mounts),
    initContainers: [{ ...createNodeContainer("unpin", unpin, mounts, settings), resources }],
    containers: [
      {
        name: "pause",
        image,
        args: ["pause"],
        resources: { requests: { cpu: "5m", memory: "4Mi" }, limits: { memory: "16Mi" } },
        securityContext: restrictedUser,
      },
    ],
  };
}
