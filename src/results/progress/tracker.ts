import type { Clock } from "../../lib/clock.ts";
import type { PullEvent } from "../pull-events.ts";
import { createSpeedometer, type Speedometer } from "./speed.ts";
import type { ImagePhase, ProgressState } from "./state.ts";

/** Turns what happens into what the progress view shows. */
export interface ProgressTracker {
  observe(event: PullEvent): void;
  state(): ProgressState;
}

/** Knows the images of a run by their normalized names; `images` gives their order. */
export function createProgressTracker(images: readonly string[], clock: Clock): ProgressTracker {
  const startedMs = clock.nowMs();
  const phases = new Map<string, ImagePhase>(images.map((image) => [image, { kind: "queued" }]));
  const speeds = new Map<string, Speedometer>();
  const totalSpeed = createSpeedometer();
  let total: number | undefined;

  const progressed = (event: PullEvent & { type: "progress" }): ImagePhase | undefined => {
    const phase = phases.get(event.image);
    if (phase?.kind !== "pulling") return undefined;
    const speed = speeds.get(event.image) ?? createSpeedometer();
    speeds.set(event.image, speed);
    speed.add(clock.nowMs(), event.downloadedBytes);
    const bytesPerSecond = speed.bytesPerSecond();
    const { downloadedBytes, totalBytes } = event;
    return { ...phase, downloadedBytes, totalBytes, ...(bytesPerSecond !== undefined && { bytesPerSecond }) };
  };

  return {
    observe(event) {
      if (event.type === "total") {
        total = event.downloadedBytes;
        totalSpeed.add(clock.nowMs(), total);
        return;
      }
      const image = event.type === "done" ? event.result.normalizedRef : event.image;
      const phase = event.type === "progress" ? progressed(event) : phaseAfter(event, clock);
      if (phase !== undefined) phases.set(image, phase);
    },
    state() {
      const bytesPerSecond = totalSpeed.bytesPerSecond();
      return {
        startedMs,
        images: [...phases].map(([ref, phase]) => ({ ref, phase })),
        ...(total !== undefined && { downloadedBytes: total }),
        ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      };
    },
  };
}

function phaseAfter(
  event: Exclude<PullEvent, { type: "progress" | "total" }>,
  clock: Clock,
): ImagePhase | undefined {
  switch (event.type) {
    case "attempt":
      return { kind: "pulling", startedMs: clock.nowMs(), attempt: event.attempt };
    case "attempt-failed":
      if (event.nextAttemptInMs === undefined) return undefined;
      return { kind: "waiting", untilMs: clock.nowMs() + event.nextAttemptInMs, reason: event.kind };
    case "pulled":
      return undefined;
    case "done":
      return event.result.outcome === "failed"
        ? { kind: "failed", reason: event.result.kind }
        : { kind: "present" };
  }
}
