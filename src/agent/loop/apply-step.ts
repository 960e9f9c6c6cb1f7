import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { AgentPlanEntry } from "../../plan/agent-plan.ts";
import type { PullQueue, PullTask } from "../pull-queue.ts";
import type { AgentPull } from "./agent-pull.ts";
import type { TrackedImage } from "./tracked-images.ts";

export interface StepTools {
  readonly queue: Pick<PullQueue, "phaseOf">;
  readonly clock: Clock;
  readonly log: Logger;
  createPull(tracked: TrackedImage): AgentPull;
  /** The image is not desired any more, or somebody else brought it: no pull needs its lease. */
  onDropped(name: string): void;
}

/** Whether an attempt to pull it is running. */
export function isPulling({ pull }: TrackedImage, { queue }: Pick<StepTools, "queue">): boolean {
  return pull !== undefined && queue.phaseOf(pull) === "pulling";
}

/** Notes what was decided for an image; returns the tasks that the queue is to have for it. */
export function applyStep(image: TrackedImage, step: AgentPlanEntry, tools: StepTools): PullTask[] {
  if (step.repair !== undefined && step.repair.deletions !== (image.repair?.deletions ?? 0)) {
    sayDeleted(image, step, tools);
  }
  image.repair = step.repair;
  image.reason = step.action === "hold-back" ? step.reason : undefined;
  image.present = step.action === "keep" ? step.present : undefined;
  switch (step.action) {
    case "keep":
      image.tried = true;
      image.failure = undefined;
      if (image.pull !== undefined) tools.onDropped(image.wanted.name);
      endPull(image, tools);
      return [];
    case "pull":
      if (!isPulling(image, tools)) image.pulledHere = false;
      image.pull ??= tools.createPull(image);
      return [image.pull];
    case "wait":
    case "hold-back":
      image.pulledHere = false;
      return [];
  }
}

/** A pull that runs is cancelled by the queue and says itself that it was. */
export function endPull(image: TrackedImage, tools: Pick<StepTools, "queue">): void {
  if (!isPulling(image, tools)) image.pull?.cancel();
  image.pull = undefined;
}

function sayDeleted(image: TrackedImage, step: AgentPlanEntry, { log, clock }: StepTools): void {
  const { deletions = 0, heldUntilMs = 0 } = step.repair ?? {};
  const againInMs = Math.max(0, Math.round(heldUntilMs - clock.nowMs()));
  const fields = { image: image.wanted.name, deletions, againInMs };
  if (deletions === 2) {
    // The kubelet takes images first that no container has used yet.
    const advice = "pin it (--pin) or hold it with a pod, or give the node more disk";
    log.warn("an image was deleted twice within the hour, it seems by the kubelet", { ...fields, advice });
  } else if (deletions > 2) {
    log.info("an image was deleted again and is left alone for a while", fields);
  } else {
    log.info("an image was deleted and is pulled again", { image: image.wanted.name });
  }
}
