import type { CallBounds } from "../lib/call-bounds.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import { listVolumeImages } from "./containerd-image-volumes.ts";
import { listOtherContainerImages } from "./containerd-other-containers.ts";
import { RuntimeError } from "./errors.ts";
import * as cri from "./gen/cri.ts";
import type { ImageUse } from "./image-use.ts";
import { createUnaryCall, type UnaryCall } from "./unary-call.ts";

const service = "/runtime.v1.RuntimeService/";
const callsAtOnce = 4;

/**
 * What uses images, as containerd tells it: CRI's containers in any state and the image volumes in their configurations;
 * containers that CRI does not list (pod sandboxes, those of other clients); and image volumes by their snapshots, which
 * are there before their container is and as long as the pod's sandbox. Of other runtimes it is not known that
 * they tell of image volumes, so the answer is undefined there.
 */
export function createImageUse(channel: Pick<Channel, "call">): ImageUse {
  const call = createUnaryCall(channel);
  return {
    async listUsed(bounds) {
      if ((await readRuntimeName(call, bounds)) !== "containerd") return undefined;
      const containers = await listContainers(call, bounds);
      const ids = containers.map(({ id }) => id);
      const mounted = await eachBounded(ids, (id) => listMountedImages(call, id, bounds));
      // Snapshots last: what is being created now has them before it is a container.
      const others = await listOtherContainerImages(channel, bounds);
      const volumes = await listVolumeImages(channel, bounds);
      const named = containers.flatMap(({ image, imageRef, imageId }) => [
        image?.image ?? "",
        imageRef,
        imageId,
      ]);
      return new Set([...named, ...mounted.flat(), ...others, ...volumes].filter((name) => name !== ""));
    },
  };
}

async function readRuntimeName(call: UnaryCall, bounds: CallBounds): Promise<string> {
  const codecs = [cri.VersionRequest, cri.VersionResponse] as const;
  return (await call(`${service}Version`, codecs, { version: "v1" }, bounds)).runtimeName;
}

async function listContainers(call: UnaryCall, bounds: CallBounds): Promise<cri.Container[]> {
  const codecs = [cri.ListContainersRequest, cri.ListContainersResponse] as const;
  return (await call(`${service}ListContainers`, codecs, {}, bounds)).containers;
}

/** CRI's list does not have the mounts of containers, their statuses do. */
async function listMountedImages(
  call: UnaryCall,
  containerId: string,
  bounds: CallBounds,
): Promise<string[]> {
  const codecs = [cri.ContainerStatusRequest, cri.ContainerStatusResponse] as const;
  try {
    const { status } = await call(`${service}ContainerStatus`, codecs, { containerId }, bounds);
    return (status?.mounts ?? []).map(({ image }) => image?.image ?? "");
  } catch (error) {
    // It was removed since it was listed.
    if (error instanceof RuntimeError && error.kind === "not-found") return [];
    throw error;
  }
}

async function eachBounded<T, Result>(
  items: readonly T[],
  work: (item: T) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: callsAtOnce }, worker));
  return results;
}
