import type { AgentStatus, ImageStatus } from "../agent-status.ts";

/** What a node says of its desired images; the values of the node label. */
export type NodeState = "pending" | "ready" | "failed";

/**
 * Decides what the node says: `pending` until each desired image was tried, then whether all of them are present. One
 * that was deleted is on its way again, which is no failure until an attempt fails.
 */
export function decideNodeState(status: AgentStatus | undefined): NodeState {
  if (status === undefined || !isKnown(status) || status.images.some(isComing)) return "pending";
  const lacking = status.rejected.length > 0 || status.images.some(({ phase }) => phase !== "present");
  return lacking ? "failed" : "ready";
}

/**
 * Whether it is known what is desired here and what is present: every source has spoken once, and so has the runtime, and
 * the node is known or is not waited for.
 */
export function isKnown(status: AgentStatus): boolean {
  const { sources, listedMs } = status;
  return listedMs !== undefined && sources.every(({ state }) => state !== "waiting") && isNodeKnown(status);
}

/** What is desired here depends on the node: while that is awaited nothing is, though every source is synced. */
export function isNodeKnown({ sources, complete }: AgentStatus): boolean {
  return complete || sources.some(({ state }) => state !== "synced");
}

/** Whether the image was tried; what a rule of ours holds back is not waited for. */
export function isSettled({ tried, phase }: ImageStatus): boolean {
  return tried || phase === "present" || phase === "held-back";
}

function isComing(image: ImageStatus): boolean {
  const { phase, failure } = image;
  return !isSettled(image) || (phase !== "present" && phase !== "held-back" && failure === undefined);
}

/** Whether every image that is desired is present. A request that names no image is not waited for: no pod can use it. */
export function hasAllImages(status: AgentStatus | undefined): boolean {
  return status !== undefined && isKnown(status) && status.images.every(({ phase }) => phase === "present");
}
