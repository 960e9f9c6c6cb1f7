import type { HoldConfig } from "../config.ts";
import type { ProvenImage } from "../held-set.ts";
import { createContainerParts, type PodSurroundings } from "./container-parts.ts";
import { ownerOf } from "./daemon-set.ts";
import { probeLabel } from "./names.ts";
import type { PodSpec, ProbePod } from "./object-types.ts";
import { createPodBase, pinToNode } from "./placement.ts";
import { stableHash } from "./stable-hash.ts";
import { createVolumeParts, pauseResources } from "./volume-parts.ts";

/** What a probe pod is to show, and where. */
export interface ProbeSettings extends PodSurroundings {
  readonly images: readonly Pick<ProvenImage, "name" | "pinnedRef">[];
  readonly mode: "containers" | "volumes";
  /** As nodes are labelled: `amd64`, `arm64`. Any where it is undefined. */
  readonly architecture?: string | undefined;
  /** The node; any that the configuration allows where it is undefined. */
  readonly nodeName?: string | undefined;
  /** uid of the owning Deployment. */
  readonly ownerUid: string;
  /** Makes the names of two probes of the same images differ. */
  readonly attempt?: number | string | undefined;
}

/** After that the kubelet ends it. */
export const probeDeadlineSeconds = 15 * 60;

/** What selects the probe pods of an installation. */
export function probeLabels(config: Pick<HoldConfig, "daemonSetName">): Record<string, string> {
  const { daemonSetName } = config;
  // The name of a DaemonSet may be longer than a label's value.
  const value = daemonSetName.length <= 63 ? daemonSetName : stableHash(daemonSetName);
  return { "app.kubernetes.io/name": "image-probe", [probeLabel]: value };
}

/**
 * A pod with one container for each image, so that each is judged by itself: as volume of a pause container, or as the
 * image of the container. No container is started twice, so that what became of it can be read.
 */
export function createProbePod(config: HoldConfig, settings: ProbeSettings): ProbePod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${prefixOf(config.daemonSetName)}-probe-${stableHash(settings).slice(0, 10)}`,
      namespace: config.namespace,
      labels: probeLabels(config),
      ownerReferences: [ownerOf(config, settings.ownerUid)],
    },
    spec: createProbeSpec(config, settings),
  };
}

// The name is the host's name too, where it is short enough.
function prefixOf(daemonSetName: string): string {
  return daemonSetName.slice(0, 40).replace(/[^a-z0-9]+$/, "");
}

function createProbeSpec(config: HoldConfig, settings: ProbeSettings): PodSpec {
  const { affinity: _, nodeSelector: __, ...base } = createPodBase(config);
  const { architecture, nodeName, images, mode } = settings;
  const affinity = pinToNode(config.affinity, nodeName);
  const nodeSelector = {
    ...config.nodeSelector,
    ...(architecture !== undefined && { "kubernetes.io/arch": architecture }),
  };
  return {
    ...base,
    restartPolicy: "Never",
    activeDeadlineSeconds: probeDeadlineSeconds,
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(affinity !== undefined && { affinity }),
    ...(mode === "volumes"
      ? createProbeVolumes(images, settings)
      : // It holds nothing for long, and what the DaemonSet asks for may not fit beside it.
        createContainerParts({ ...config, resources: pauseResources }, images, settings)),
  };
}

/** Each container has the name of its image, as with containers. */
function createProbeVolumes(images: ProbeSettings["images"], surroundings: PodSurroundings): PodSpec {
  const parts = createVolumeParts(images, surroundings, 1);
  const containers = Array.isArray(parts["containers"]) ? parts["containers"] : [];
  return {
    ...parts,
    containers: images.map(({ name }, index) => ({ ...containers[index], name })),
  };
}
