import type { JsonRecord } from "../../lib/record.ts";
import { restricted, restrictedUser } from "../../manifests/security-context.ts";
import type { ProvenImage } from "../held-set.ts";
import type { PodSurroundings } from "./container-parts.ts";

/** Image volumes of one container at most. */
export const maxVolumesPerContainer = 8;

/** What a pause container asks for: less than a megabyte is used, and CRI-O refuses limits below 12 MiB. */
export const pauseResources = {
  requests: { cpu: "1m", memory: "1Mi" },
  limits: { cpu: "50m", memory: "16Mi" },
};

type VolumeImage = Pick<ProvenImage, "name" | "pinnedRef">;

/**
 * Pause containers with the images as volumes, `perContainer` of them each. The pod meets the Pod Security Standard
 * "restricted".
 */
export function createVolumeParts(
  images: readonly VolumeImage[],
  { pauseImage, openShift }: PodSurroundings,
  perContainer: number,
): JsonRecord {
  const user = openShift ? restricted : restrictedUser;
  const groups = chunk(images, perContainer);
  return {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: groups.map((group, index) => ({
      name: `pause-${index + 1}`,
      image: pauseImage,
      imagePullPolicy: "IfNotPresent",
      args: ["pause"],
      resources: pauseResources,
      volumeMounts: group.map(({ name }) => ({ name, mountPath: `/images/${name}`, readOnly: true })),
      securityContext: user,
    })),
    // With Always the kubelet would ask the registry again at every look at the pod.
    volumes: images.map(({ name, pinnedRef }) => ({
      name,
      image: { reference: pinnedRef, pullPolicy: "IfNotPresent" },
    })),
  };
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
