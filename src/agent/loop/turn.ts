import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { decideAgentStep, findPresent, type PlanWorld } from "../../plan/agent-plan.ts";
import type { PresentIndex } from "../../plan/agent-plan-index.ts";
import type { AgentObserver } from "../../results/agent-status.ts";
import type { Keeper } from "../keeper.ts";
import type { PullQueue, PullTask } from "../pull-queue.ts";
import type { AgentPull } from "./agent-pull.ts";
import { applyStep, endPull, isPulling } from "./apply-step.ts";
import type { DesiredNow } from "./desired-now.ts";
import type { DiskGauge } from "./disk-gauge.ts";
import type { PresentImages } from "./present-images.ts";
import { describeAgent } from "./status.ts";
import type { TrackedImage, TrackedImages } from "./tracked-images.ts";

export interface TurnTools {
  readonly desiredNow: () => DesiredNow;
  readonly present: PresentImages;
  readonly tracked: TrackedImages;
  readonly queue: PullQueue;
  readonly disk: DiskGauge;
  readonly keeper: Keeper;
  readonly observer: AgentObserver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  createPull(tracked: TrackedImage): AgentPull;
  /** The image is not desired any more, or somebody else brought it. */
  onDropped(name: string): void;
}

/**
 * One turn of the loop: gather what is known, decide for each desired image, apply it to the queue, tell. It waits for
 * nothing; what it needs and does not know yet makes for another turn.
 */
export function createTurn(tools: TurnTools): () => void {
  const { tracked, queue, present, keeper, observer } = tools;
  let followed: DesiredNow | undefined;
  let runtimeWasAway = false;
  return () => {
    const now = tools.desiredNow();
    const isNew = now !== followed;
    if (isNew) follow(now, tools);
    followed = now;
    const away = present.error() !== undefined;
    if (runtimeWasAway && !away) resumePulls(tools);
    runtimeWasAway = away;

    queue.arrange(decideAll(now, tools));
    const index = present.index();
    // While the runtime is away the list may be wrong, but what is desired since must be known before anything is removed.
    if (index !== undefined && (!away || isNew)) {
      const { sets, desired, diskPressure } = now;
      keeper.keep({ sets, desired, diskPressure, present: index.images });
    }
    const { sets, desired } = now;
    observer.status(describeAgent({ sets, desired, images: tracked.list(), queue, present, keeper }));
    observer.tick();
  };
}

function follow({ desired }: DesiredNow, tools: TurnTools): void {
  tools.tracked.follow(desired.images, {
    onDropped(image) {
      endPull(image, tools);
      tools.onDropped(image.wanted.name);
    },
    onNewOwner: (image) => tryAtOnce(image, tools),
  });
}

/** What failed while the runtime was away is not to wait for as long as it has failed. */
function resumePulls(tools: TurnTools): void {
  for (const image of tools.tracked.list()) {
    if (image.failure?.kind === "unavailable") tryAtOnce(image, tools);
  }
}

function tryAtOnce({ pull }: TrackedImage, { queue }: TurnTools): void {
  if (pull === undefined) return;
  const phase = queue.phaseOf(pull);
  // What is held back is in no queue, and has a pause to forget all the same.
  if (phase !== "waiting" && phase !== undefined) return;
  pull.restart();
  queue.hurry(pull);
}

/** The tasks of the queue, in the order of the desired set. */
function decideAll({ diskPressure }: DesiredNow, tools: TurnTools): PullTask[] {
  const { tracked, present, clock, random } = tools;
  const index = present.index();
  const images = tracked.list();
  const room = needsRoom(images, index, tools) ? tools.disk.room() : "enough";
  const world: PlanWorld = {
    present: index,
    diskPressure: diskPressure === true,
    room,
    nowMs: clock.nowMs(),
    random,
  };
  return images.flatMap((image) => {
    const step = decideAgentStep(
      {
        name: image.wanted.name,
        knownAs: image.knownAs,
        wasPresent: image.present !== undefined,
        pulling: isPulling(image, tools),
        repair: image.repair,
      },
      world,
    );
    return applyStep(image, step, tools);
  });
}

function needsRoom(
  images: readonly TrackedImage[],
  index: PresentIndex | undefined,
  tools: TurnTools,
): boolean {
  if (index === undefined) return false;
  return images.some(
    (image) =>
      !isPulling(image, tools) &&
      findPresent({ name: image.wanted.name, knownAs: image.knownAs }, index) === undefined,
  );
}
