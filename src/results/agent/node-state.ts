import type { AgentStatus, ImageStatus } from "../agent-status.ts";

/** What a node says of its desired images; the values of the node label. */
export type NodeState = "pending" | "ready" | "failed";

/** Decides what the node says: `pending` until each desired image was tried, then whether all of them are present. */
export function decideNodeState(status: AgentStatus | undefined): NodeState {
  if (status === undefined || !isKnown(status) || !status.images.every(isSettled)) return "pending";
  const lacking = status.rejected.length > 0 || status.images.some(({ phase }) => phase !== "present");
  return lacking ? "failed" : "ready";
}

/** Whether it is known what is desired and what is present: every source has spoken once, and so has the runtime. */
export function isKnown({ sources, listedMs }: AgentStatus): boolean {
  return listedMs !== undefined && sources.every(({ state }) => state !== "waiting");
}

/** Whether the image was tried; what a rule of ours holds back is not waited for. */
export function isSettled({ tried, phase }: ImageStatus): boolean {
  return tried || phase === "present" || phase === "held-back";
}

/** Whether every image that is desired is present. A request that names no image is not waited for: no pod can use it. */
export function hasAllImages(status: AgentStatus | undefined): boolean {
  return status !== undefined && isKnown(status) && status.images.every(({ phase }) => phase === "present");
}
