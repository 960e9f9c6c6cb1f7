import type { JsonRecord } from "../../lib/record.ts";
import type { HoldConfig, NodeBudget } from "../config.ts";
import type { HeldSet, ProvenImage } from "../held-set.ts";
import { createContainerParts } from "./container-parts.ts";
import {
  detailsAnnotation,
  ownAnnotationsAnnotation,
  podLabels,
  slotGate,
  templateAnnotation,
} from "./names.ts";
import type { HoldDaemonSet, OwnerReference, PodSpec, PodTemplate } from "./object-types.ts";
import { createPodBase } from "./placement.ts";
import { stableHash } from "./stable-hash.ts";
import { createVolumeParts, maxVolumesPerContainer } from "./volume-parts.ts";

/** The DaemonSet of the set's mode; undefined where there is no image to hold yet. */
export function createHoldDaemonSet(config: HoldConfig, set: HeldSet): HoldDaemonSet | undefined {
  if (set.images.length === 0) return undefined;
  return set.mode === "volumes"
    ? createVolumesDaemonSet(config, set)
    : createContainersDaemonSet(config, set);
}

/** One container of each image, as kubernetes-image-puller has it. */
export function createContainersDaemonSet(config: HoldConfig, set: HeldSet): HoldDaemonSet {
  const parts = createContainerParts(config, sorted(set.images), set);
  // Without slots an old pod goes before the new one comes: two of all containers may be too many for a node.
  const ungated = { maxUnavailable: budgetText(config.maxNodes) };
  return createDaemonSet(config, set, parts, ungated);
}

/** One pod on each node with the images as volumes of pause containers. */
export function createVolumesDaemonSet(config: HoldConfig, set: HeldSet): HoldDaemonSet {
  const parts = createVolumeParts(sorted(set.images), set, maxVolumesPerContainer);
  return createDaemonSet(config, set, parts, { maxSurge: budgetText(config.maxNodes), maxUnavailable: 0 });
}

/** The owner of all that we make: what is left behind goes with it. */
export function ownerOf(config: Pick<HoldConfig, "deploymentName">, uid: string): OwnerReference {
  return { apiVersion: "apps/v1", kind: "Deployment", name: config.deploymentName, uid };
}

function createDaemonSet(
  config: HoldConfig,
  set: HeldSet,
  parts: JsonRecord,
  ungatedRollout: JsonRecord,
): HoldDaemonSet {
  const gates = set.gated ? { schedulingGates: [{ name: slotGate }] } : {};
  // Who waits at the gate costs nothing, so all of them may; the old pod holds until the new one is ready.
  const rollingUpdate = set.gated ? { maxSurge: "100%", maxUnavailable: 0 } : ungatedRollout;
  const template = createTemplate({ ...createPodBase(config), ...gates, ...parts });
  const updateStrategy = { type: "RollingUpdate", rollingUpdate };
  const owner = ownerOf(config, set.ownerUid);
  const own = config.daemonSetAnnotations;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: {
      name: config.daemonSetName,
      namespace: config.namespace,
      annotations: {
        ...own,
        [templateAnnotation]: template.metadata.annotations[templateAnnotation] ?? "",
        [detailsAnnotation]: `${stableHash(updateStrategy)}.${stableHash({ own, owner })}`,
        [ownAnnotationsAnnotation]: Object.keys(own).toSorted().join(" "),
      },
      ownerReferences: [owner],
    },
    spec: { selector: { matchLabels: podLabels }, updateStrategy, template },
  };
}

function createTemplate(spec: PodSpec): PodTemplate {
  const hash = stableHash({ podLabels, spec });
  return {
    metadata: { name: "test-po", labels: podLabels, annotations: { [templateAnnotation]: hash } },
    spec,
  };
}

// In an order of their own: to list them in another one changes nothing, and must not roll out pods.
function sorted(images: readonly ProvenImage[]): ProvenImage[] {
  return images.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

// Kubernetes rounds percents up here, so that it is one node at least.
function budgetText(budget: NodeBudget): number | string {
  return "nodes" in budget ? budget.nodes : `${budget.percent}%`;
}
