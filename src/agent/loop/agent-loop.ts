import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ByteLimit } from "../../plan/byte-limit.ts";
import type { AgentObserver } from "../../results/agent-status.ts";
import type { ImageDisk } from "../../runtime/image-disk.ts";
import type { ImageEvents } from "../../runtime/image-events.ts";
import type { ImageRuntime } from "../../runtime/runtime.ts";
import type { Source } from "../../sources/source.ts";
import type { ImagePullTools } from "../image-pull.ts";
import type { Keeper } from "../keeper.ts";
import { createPullQueue, type PullQueue } from "../pull-queue.ts";
import type { AgentPullSettings } from "./agent-pull.ts";
import { createDesiredGatherer, type DecideDesired, type KnownNode } from "./desired-now.ts";
import { createDiskGauge } from "./disk-gauge.ts";
import { createImageChanges, type ImageChanges } from "./image-changes.ts";
import { createImagePull } from "./image-pulls.ts";
import { createLeaseReleases } from "./lease-releases.ts";
import { createPresentImages, type PresentImages } from "./present-images.ts";
import { createTrackedImages, type TrackedImages } from "./tracked-images.ts";
import { createTurn } from "./turn.ts";
import { createWakeups } from "./wakeups.ts";

export interface AgentSettings extends AgentPullSettings {
  readonly maxParallel: number;
  readonly syncPeriodMs: number;
  /** What must stay free of the disk of the images; 0: nothing. */
  readonly minFree: ByteLimit;
}

export interface AgentTools {
  readonly runtime: ImageRuntime;
  /** Leases are to be made for `agentLeaseTtlMs`. */
  readonly pullTools: Omit<ImagePullTools, "observe">;
  readonly sources: readonly Source[];
  /**
   * The node as it is known now, the same object as long as nothing changed. Nothing is desired while it is `waiting`, so
   * it must become undefined where the node cannot be known.
   */
  readonly node: () => KnownNode;
  /** Calls `onChange` after each change of `node()`; lasts until the signal aborts. */
  readonly runNode?: ((onChange: () => void, signal: AbortSignal) => Promise<void>) | undefined;
  /** Absent where the runtime tells nothing unasked. */
  readonly events?: ImageEvents | undefined;
  readonly keeper: Keeper;
  readonly disk?: ImageDisk | undefined;
  readonly decideDesired: DecideDesired;
  readonly observer: AgentObserver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** A runtime that takes longer for its list is told to be away, and asked again. */
const listTimeoutMs = 30_000;
/** How long a stop waits for what is under way. */
const stopMs = 1500;

/**
 * Brings what the sources desire onto this node and keeps it there, until the signal aborts. Then pulls are cancelled, with
 * their leases kept, so that the next agent goes on where they stood. Never rejects.
 */
export async function runAgent(
  settings: AgentSettings,
  tools: AgentTools,
  signal: AbortSignal,
): Promise<void> {
  const { clock, keeper, log } = tools;
  const loop = createLoop(settings, tools, signal);
  loop.wake();
  const parts = Promise.all([
    loop.run(),
    ...tools.sources.map((source) => source.run(loop.wake, signal)),
    tools.runNode?.(loop.wake, signal),
    tools.events?.run(loop.eventHandlers, signal),
  ]).catch((error: unknown) => log.error("a part of the agent failed", { error }));
  await untilAborted(signal);
  await within(stopMs, Promise.allSettled([loop.close(), keeper.close(), parts]), clock);
}

interface Loop {
  wake(): void;
  readonly eventHandlers: Parameters<ImageEvents["run"]>[0];
  run(): Promise<void>;
  /** Waits for the pulls that the stop has cancelled. */
  close(): Promise<void>;
}

function createLoop(settings: AgentSettings, tools: AgentTools, signal: AbortSignal): Loop {
  const { runtime, clock, log, keeper, observer, random } = tools;
  const wakeups = createWakeups(() => turn(), log, signal);
  const { wake } = wakeups;
  const present = createPresentImages(
    runtime,
    { syncPeriodMs: settings.syncPeriodMs, listTimeoutMs },
    clock,
    log,
  );
  const tracked = createTrackedImages();
  const releases = createLeaseReleases(tools.pullTools.leases);
  const limits = { maxParallel: settings.maxParallel, endMs: Number.POSITIVE_INFINITY };
  const queue = createPullQueue(limits, clock, () => {
    wake();
    void releases.release(queue.runningCount());
  });
  const changes = watchChanges({ tracked, queue, present });
  const gaugeSettings = { minFree: settings.minFree, trustMs: 2 * settings.syncPeriodMs };
  const disk = createDiskGauge(tools.disk, gaugeSettings, clock, log, wake, signal);
  const turn = createTurn({
    desiredNow: createDesiredGatherer(tools.sources, tools.node, tools.decideDesired),
    present,
    tracked,
    queue,
    disk,
    keeper,
    observer,
    clock,
    random,
    log,
    createPull: (image) => createImagePull(image, settings, tools, { present, releases }),
    onDropped: (name) => releases.add(name),
  });
  return {
    wake,
    eventHandlers: {
      onEvent: (event) => changes.onEvent(event),
      onConnected: () => changes.onInterrupted(),
      onLost(error) {
        log.debug("the container runtime's events are lost", { error });
        changes.onInterrupted();
      },
    },
    run: () =>
      present.run(() => {
        changes.check(present.index());
        void releases.release(queue.runningCount());
        wake();
      }, signal),
    async close() {
      queue.close(signal.reason);
      await queue.drained().catch((error: unknown) => log.error("a pull failed as none should", { error }));
      await releases.release(0);
    },
  };
}

function watchChanges({
  tracked,
  queue,
  present,
}: {
  readonly tracked: TrackedImages;
  readonly queue: PullQueue;
  readonly present: PresentImages;
}): ImageChanges {
  return createImageChanges({
    isDesired: (name) => tracked.isDesired(name),
    isPulling(name) {
      const pull = tracked.get(name)?.pull;
      return pull !== undefined && queue.phaseOf(pull) === "pulling";
    },
    refresh: (afterMs) => present.refresh(afterMs),
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function within(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, clock.sleep(ms, timer.signal).catch(() => {})]);
  timer.abort();
}
