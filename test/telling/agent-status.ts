import { normalizedName, parseReference } from "../../src/image/reference.ts";
import type { AgentStatus, ImageStatus } from "../../src/results/agent-status.ts";
import type { ImageOwner } from "../../src/sources/source.ts";

/** A Fleet of the namespace default. */
export function fleet(name: string): ImageOwner {
  return { kind: "Fleet", namespace: "default", name };
}

/** An image that the owners ask for; it is queued and was not tried, unless `changed` says otherwise. */
export function imageStatus(
  ref: string,
  owners: readonly ImageOwner[],
  changed: Partial<ImageStatus> = {},
): ImageStatus {
  const image = parseReference(ref);
  const requests = owners.map((owner) => ({
    ref,
    where: `${owner.kind} ${owner.namespace}/${owner.name}`,
    owner,
    placement: undefined,
    pullSecrets: [],
  }));
  return {
    wanted: { name: normalizedName(image), image, requests },
    phase: "queued",
    tried: false,
    present: undefined,
    pulledHere: false,
    reason: undefined,
    failure: undefined,
    ...changed,
  };
}

/** What an image is that is present. */
export function present(imageId: string, pulledHere = false): Partial<ImageStatus> {
  return { phase: "present", tried: true, pulledHere, present: { imageId, sizeBytes: 7, pinned: false } };
}

/** What an image is that failed once and waits. */
export function failed(message = "no such tag"): Partial<ImageStatus> {
  return { phase: "waiting", tried: true, failure: { kind: "not-found", message } };
}

/** A status of an agent whose sources are synced and whose runtime listed its images at 0. */
export function agentStatus(images: readonly ImageStatus[], changed: Partial<AgentStatus> = {}): AgentStatus {
  return {
    sources: [{ name: "fleets", state: "synced", detail: undefined, images: images.length }],
    images,
    rejected: [],
    elsewhere: 0,
    complete: true,
    listedMs: 0,
    runtimeError: undefined,
    pinned: { images: 0, bytes: 0 },
    ...changed,
  };
}
