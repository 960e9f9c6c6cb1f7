import type { DesiredImages } from "../../plan/node-image.ts";
import type { AgentStatus, ImagePhase, ImageStatus } from "../../results/agent-status.ts";
import type { DesiredSet } from "../../sources/source.ts";
import type { Keeper } from "../keeper.ts";
import type { PullQueue } from "../pull-queue.ts";
import type { PresentImages } from "./present-images.ts";
import type { TrackedImage } from "./tracked-images.ts";

export interface StatusParts {
  readonly sets: readonly DesiredSet[];
  readonly desired: DesiredImages;
  readonly images: readonly TrackedImage[];
  readonly queue: Pick<PullQueue, "phaseOf">;
  readonly present: Pick<PresentImages, "listedMs" | "error">;
  readonly keeper: Pick<Keeper, "pinned">;
}

/** What the agent knows after a turn. */
export function describeAgent({ sets, desired, images, queue, present, keeper }: StatusParts): AgentStatus {
  return {
    sources: sets.map(({ source, state, detail, images: asked }) => {
      return { name: source, state, detail, images: asked.length };
    }),
    images: images.map((tracked) => describeImage(tracked, queue)),
    rejected: desired.rejected,
    elsewhere: desired.elsewhere,
    complete: desired.complete,
    listedMs: present.listedMs(),
    runtimeError: present.error(),
    pinned: keeper.pinned,
  };
}

function describeImage(tracked: TrackedImage, queue: Pick<PullQueue, "phaseOf">): ImageStatus {
  const { wanted, present, pulledHere, tried, failure, reason } = tracked;
  return {
    wanted,
    phase: phaseOf(tracked, queue),
    tried,
    present: present && { imageId: present.id, sizeBytes: present.sizeBytes, pinned: present.pinned },
    pulledHere,
    reason,
    failure,
  };
}

function phaseOf({ present, reason, pull }: TrackedImage, queue: Pick<PullQueue, "phaseOf">): ImagePhase {
  if (present !== undefined) return "present";
  if (reason !== undefined) return "held-back";
  return (pull && queue.phaseOf(pull)) ?? "queued";
}
