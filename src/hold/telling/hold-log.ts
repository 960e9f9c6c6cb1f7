import type { Logger } from "../../lib/log.ts";
import type { HeldImageStatus, HoldStatus } from "../hold-status.ts";

/** Says what changed from one look to the next, each change once. */
export interface HoldLog {
  status(status: HoldStatus): void;
}

/** A log of a controller that has said nothing yet. */
export function createHoldLog(log: Logger): HoldLog {
  let last: HoldStatus | undefined;
  let images = new Map<string, string>();
  const sayImage = (image: HeldImageStatus) => {
    const { name, ref, heldRef, failure } = image;
    const said = describe(image);
    if (images.get(name) === said) return;
    if (failure !== undefined)
      log.warn("image not held as it should be", { name, image: ref, ...failure, heldRef });
    else if (image.phase === "proven") log.info("image held", { name, image: ref, heldRef });
  };
  return {
    status(status) {
      const { leading, mode, modeReason: reason, problem, nodes } = status;
      if (mode !== undefined && mode !== last?.mode) log.info("mode", { mode, reason });
      if (problem !== undefined && problem !== last?.problem) log.warn("nothing is written", { problem });
      if (leading) {
        for (const image of status.images) sayImage(image);
        images = new Map(status.images.map((image) => [image.name, describe(image)]));
      }
      const isDone = nodes.desired > 0 && nodes.ready >= nodes.desired;
      const wasDone = last !== undefined && last.nodes.desired > 0 && last.nodes.ready >= last.nodes.desired;
      if (isDone && !wasDone) log.info("every node holds its images", { nodes: nodes.desired });
      last = status;
    },
  };
}

// Not the message: it may differ from try to try.
function describe({ phase, heldRef, failure, ref }: HeldImageStatus): string {
  const shown = failure === undefined ? phase : `${failure.kind} ${failure.reason}`;
  return `${ref} ${heldRef} ${shown}`;
}
