import type { ImageReference } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import { createHostPauses } from "./host-pauses.ts";

/** One image to pull; the puller keeps no more of it than when its turn is. */
export interface PullTask {
  readonly image: ImageReference;
  /**
   * Makes one attempt. Resolves to undefined when the image is done, well or badly; else to when it is to be
   * tried again, and for how long its registry host is to be left alone.
   */
  attempt(signal: AbortSignal): Promise<TryAgain | undefined>;
}

export interface TryAgain {
  readonly delayMs: number;
  readonly pauseHostMs?: number | undefined;
}

interface Pending {
  readonly task: PullTask;
  readonly readyMs: number;
}

/**
 * Runs the tasks, at most `maxParallel` attempts at once; the order of the list is their priority. A task that
 * waits for its next attempt holds no slot. Resolves when every task is done; rejects with the signal's reason
 * once no attempt is running any more.
 */
export async function runPuller(
  tasks: readonly PullTask[],
  maxParallel: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const pauses = createHostPauses();
  // Undefined: done or running.
  const pending: (Pending | undefined)[] = tasks.map((task) => ({ task, readyMs: clock.nowMs() }));
  const running = new Set<Promise<void>>();

  const start = (index: number, { task }: Pending) => {
    pending[index] = undefined;
    const attempt = task.attempt(signal).then((again) => {
      if (again === undefined) return;
      const nowMs = clock.nowMs();
      if (again.pauseHostMs !== undefined) pauses.pause(task.image.domain, nowMs + again.pauseHostMs);
      pending[index] = { task, readyMs: nowMs + again.delayMs };
    });
    const slot = attempt.finally(() => running.delete(slot));
    running.add(slot);
  };

  try {
    while (!signal.aborted) {
      const turns = pending.map((entry) => entry && turnMs(entry, pauses.untilMs(entry.task.image.domain)));
      const next = turns.findIndex((turn) => turn !== undefined && turn <= clock.nowMs());
      const nextEntry = pending[next];
      if (nextEntry !== undefined && running.size < maxParallel) {
        start(next, nextEntry);
        continue;
      }
      const waits = turns.filter((turn) => turn !== undefined);
      if (running.size === 0 && waits.length === 0) return;
      const untilMs = running.size < maxParallel ? Math.min(...waits) : Number.POSITIVE_INFINITY;
      await firstOf(running, untilMs, clock, signal);
    }
    signal.throwIfAborted();
  } finally {
    await Promise.allSettled(running);
  }
}

function turnMs(entry: Pending, pausedUntilMs: number): number {
  return Math.max(entry.readyMs, pausedUntilMs);
}

/** Waits until an attempt ends, the time comes or the signal aborts. */
async function firstOf(
  running: ReadonlySet<Promise<void>>,
  untilMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const timer = new AbortController();
  const waits: Promise<unknown>[] = [...running];
  const forever = untilMs === Number.POSITIVE_INFINITY;
  // A day is longer than any run, and timers cannot count to infinity.
  const waitMs = forever ? 86_400_000 : Math.max(0, untilMs - clock.nowMs());
  const either = AbortSignal.any([signal, timer.signal]);
  waits.push(clock.sleep(waitMs, either).catch(() => {}));
  try {
    await Promise.race(waits);
  } finally {
    timer.abort();
  }
}
