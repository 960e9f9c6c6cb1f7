import type { ImageReference } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import { createHostPauses } from "./host-pauses.ts";

/** One image to pull; the puller keeps no more of it than when its turn is. */
export interface PullTask {
  readonly image: ImageReference;
  attempt(signal: AbortSignal): Promise<AttemptEnd>;
  /** Its registry host is left alone until after the end of the run: there will be no attempt any more. */
  giveUp(): void;
}

/** What an attempt came to. */
export interface AttemptEnd {
  /** When it is to be tried again; undefined: the image is done, well or badly. */
  readonly againInMs: number | undefined;
  /** For how long its registry host is to be left alone. */
  readonly pauseHostMs?: number | undefined;
}

export interface PullerLimits {
  readonly maxParallel: number;
  /** The end of the run, in monotonic time. */
  readonly endMs: number;
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
  { maxParallel, endMs }: PullerLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const pauses = createHostPauses();
  // Undefined: done or running.
  const pending: (Pending | undefined)[] = tasks.map((task) => ({ task, readyMs: clock.nowMs() }));
  const running = new Set<Promise<void>>();

  const pauseHost = (host: string, untilMs: number) => {
    pauses.pause(host, untilMs);
    if (untilMs < endMs) return;
    for (const [index, entry] of pending.entries()) {
      if (entry?.task.image.domain !== host) continue;
      pending[index] = undefined;
      entry.task.giveUp();
    }
  };

  const start = (index: number, { task }: Pending) => {
    pending[index] = undefined;
    const attempt = task.attempt(signal).then(({ againInMs, pauseHostMs }) => {
      const nowMs = clock.nowMs();
      if (againInMs !== undefined) pending[index] = { task, readyMs: nowMs + againInMs };
      if (pauseHostMs !== undefined) pauseHost(task.image.domain, nowMs + pauseHostMs);
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
