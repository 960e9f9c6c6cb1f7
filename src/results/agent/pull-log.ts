import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { createEventLog } from "../event-log.ts";
import type { PullObserver } from "../pull-events.ts";
import type { PartialObserver } from "./observers.ts";

/** Says in the log what happens to each pull, and every ten seconds how far it is; who asks for the image says the rest. */
export function createPullLog(log: Logger, clock: Clock): PartialObserver {
  // One for each pull under way: an agent sees more images in its life than it should remember.
  const running = new Map<string, PullObserver>();
  return {
    pull(event) {
      if (event.type === "total") return;
      if (event.type === "done") {
        running.delete(event.result.normalizedRef);
        if (event.result.outcome === "failed") createEventLog(log, clock)(event);
        return;
      }
      const observe = running.get(event.image) ?? createEventLog(log, clock);
      observe(event);
      if (event.type === "pulled" || event.type === "attempt-failed") running.delete(event.image);
      else running.set(event.image, observe);
    },
  };
}
