import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ImageResult, PullEvent, PullObserver } from "./pull-events.ts";

/** A running image says how far it is this often, and no oftener. */
const progressEveryMs = 10_000;

/** Says in the log what happens to each image, once. */
export function createEventLog(log: Logger, clock: Clock): PullObserver {
  const saidMs = new Map<string, number>();
  return (event) => {
    switch (event.type) {
      case "attempt":
        saidMs.set(event.image, clock.nowMs());
        return log.info("pulling image", pick(event, ["image", "attempt", "timeoutMs"]));
      case "progress":
        if (clock.nowMs() - (saidMs.get(event.image) ?? 0) < progressEveryMs) return;
        saidMs.set(event.image, clock.nowMs());
        return log.info("pull in progress", pick(event, ["image", "downloadedBytes", "totalBytes"]));
      case "attempt-failed":
        return log.warn(
          "pull attempt failed",
          pick(event, ["image", "attempt", "kind", "message", "durationMs", "nextAttemptInMs"]),
        );
      case "pulled":
        return log.info("image pulled", pick(event, ["image", "attempt", "sizeBytes", "durationMs"]));
      case "done":
        return logResult(log, event.result);
      case "total":
        return undefined;
    }
  };
}

function logResult(log: Logger, result: ImageResult): void {
  const image = result.normalizedRef;
  if (result.outcome === "present") log.info("image already present", { image, imageId: result.imageId });
  if (result.outcome === "failed" && result.kind !== "cancelled") {
    const { where, kind, message, attempts } = result;
    log.error("image failed", { image, where, kind, error: message, attempts });
  }
}

/** The named fields, without those that are undefined; `message` becomes `error`, as a log line has its own. */
function pick<Event extends PullEvent>(
  event: Event,
  names: readonly (keyof Event & string)[],
): Record<string, unknown> {
  const fields = names.filter((name) => event[name] !== undefined);
  return Object.fromEntries(fields.map((name) => [name === "message" ? "error" : name, event[name]]));
}
