import { InvalidReferenceError, normalizedName, parseReference } from "../../image/reference.ts";
import type { JsonRecord } from "../../lib/record.ts";
import { restrictedUser } from "../../manifests/security-context.ts";
import type { HoldConfig } from "../config.ts";
import type { ProvenImage } from "../held-set.ts";
import { copySleepName, launcherPath } from "./names.ts";

/** What decides how `sleep` gets into the pod, and as whom. */
export interface PodSurroundings {
  readonly pauseImage: string;
  readonly openShift: boolean;
}

const sleepPath = "/kip/sleep";
const mounts = [{ name: "kip", mountPath: "/kip" }];
const unprivileged = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
const nonRoot = { runAsUser: restrictedUser["runAsUser"], runAsGroup: restrictedUser["runAsGroup"] };

/** The containers of the images and what they need to wait: a `sleep` that the images themselves need not have. */
export function createContainerParts(
  config: HoldConfig,
  images: readonly Pick<ProvenImage, "name" | "pinnedRef">[],
  surroundings: PodSurroundings,
): JsonRecord {
  return {
    securityContext: {
      seccompProfile: { type: "RuntimeDefault" },
      // OpenShift has a range of its own for each namespace.
      ...(!surroundings.openShift && { fsGroup: restrictedUser["runAsGroup"] }),
    },
    initContainers: [createCopySleep(config, surroundings)],
    containers: images.map((image) => createImageContainer(config, image)),
    volumes: [{ name: "kip", emptyDir: { sizeLimit: "50Mi" } }],
  };
}

function createCopySleep(config: HoldConfig, { pauseImage, openShift }: PodSurroundings): JsonRecord {
  return {
    name: copySleepName,
    ...createCopyCommand(config.kipImage, pauseImage),
    resources: config.resources,
    volumeMounts: mounts,
    securityContext: { ...(!openShift && nonRoot), runAsNonRoot: true, ...unprivileged },
  };
}

/**
 * Our image needs no shell to copy its program. The original's chart names the Deployment's image in KIP_IMAGE too, which
 * then is ours.
 */
function createCopyCommand(kipImage: string | undefined, pauseImage: string): JsonRecord {
  if (kipImage === undefined || isSameImage(kipImage, pauseImage)) {
    const command = [launcherPath, "install", sleepPath];
    return { image: pauseImage, imagePullPolicy: "IfNotPresent", command };
  }
  const args = ["-c", `cp /bin/sleep ${sleepPath}`];
  return { image: kipImage, imagePullPolicy: "Always", command: ["/bin/sh"], args };
}

function isSameImage(a: string, b: string): boolean {
  try {
    return normalizedName(parseReference(a)) === normalizedName(parseReference(b));
  } catch (error) {
    if (error instanceof InvalidReferenceError) return a === b;
    throw error;
  }
}

function createImageContainer(
  config: HoldConfig,
  { name, pinnedRef }: Pick<ProvenImage, "name" | "pinnedRef">,
): JsonRecord {
  return {
    name,
    image: pinnedRef,
    imagePullPolicy: "Always",
    command: [sleepPath],
    args: ["720h"],
    resources: config.resources,
    volumeMounts: mounts,
    // The user is the image's own.
    securityContext: unprivileged,
  };
}
