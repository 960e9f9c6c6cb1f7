import type { CallBounds } from "../lib/call-bounds.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import { inCriNamespace } from "./containerd-namespace.ts";
import { RuntimeError } from "./errors.ts";
import * as images from "./gen/containerd-images.ts";
import type { ImagePins } from "./image-pins.ts";
import { createUnaryCall } from "./unary-call.ts";

const service = "/containerd.services.images.v1.Images/";
/** containerd's CRI plugin calls an image pinned where any record of it has this label. */
const pinLabel = { key: "io.cri-containerd.pinned", value: "pinned" };
/** Says that the pin beside it is ours to take away. */
const ownerLabel = { key: "prestow.dev/pinned-by", value: "agent" };

/** Pins as labels of containerd's image records, on the same socket as CRI. `supportsPins` says where they count. */
export function createContainerdPins(channel: Pick<Channel, "call">): ImagePins {
  const call = createUnaryCall(channel, inCriNamespace);

  /** Undefined where there is no such record. */
  async function readRecord(name: string, bounds: CallBounds): Promise<images.Image | undefined> {
    const codecs = [images.GetImageRequest, images.GetImageResponse] as const;
    return unlessMissing(async () => (await call(`${service}Get`, codecs, { name }, bounds)).image);
  }

  /** Gives both labels these values; an empty one takes the label away. False where the record is gone. */
  async function setLabels(record: images.Image, pin: string, owner: string, bounds: CallBounds) {
    const labels = { [pinLabel.key]: pin, [ownerLabel.key]: owner };
    const codecs = [images.UpdateImageRequest, images.UpdateImageResponse] as const;
    const request = {
      // The mask leaves the target as it is, but containerd 2.4 panics where there is none.
      image: { name: record.name, labels, target: record.target },
      updateMask: { paths: Object.keys(labels).map((key) => `labels.${key}`) },
    };
    const answer = await unlessMissing(() => call(`${service}Update`, codecs, request, bounds));
    return answer !== undefined;
  }

  return {
    async pin(imageId, bounds) {
      const record = await readRecord(imageId, bounds);
      if (record === undefined) return false;
      const ours = isOurs(record);
      // Each update is an event that wakes every listener, us too.
      if (isPinned(record)) return ours;
      return setLabels(record, pinLabel.value, ownerLabel.value, bounds);
    },
    async unpin(imageId, bounds) {
      const record = await readRecord(imageId, bounds);
      if (record === undefined || !isOurs(record)) return false;
      return setLabels(record, "", "", bounds);
    },
    async listOwn(bounds) {
      const codecs = [images.ListImagesRequest, images.ListImagesResponse] as const;
      const filters = [`labels."${ownerLabel.key}"==${ownerLabel.value}`];
      const answer = await call(`${service}List`, codecs, { filters }, bounds);
      const names = answer.images.map(({ name }) => name);
      return names.filter((name) => name.startsWith("sha256:")).map((imageId) => ({ imageId }));
    },
  };
}

function isPinned({ labels }: images.Image): boolean {
  return labels[pinLabel.key] === pinLabel.value;
}

function isOurs({ labels }: images.Image): boolean {
  return labels[ownerLabel.key] === ownerLabel.value;
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuntimeError && error.kind === "not-found") return undefined;
    throw error;
  }
}
