import type { ImageReference } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import { createHostPauses } from "./host-pauses.ts";

/** One image to pull; the queue keeps no more of it than when its turn is. */
export interface PullTask {
  readonly image: ImageReference;
  /** No attempt before, in monotonic time: what a task that was taken from the queue for a while still has to wait. */
  readonly notBeforeMs?: number | undefined;
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

export interface PullQueueLimits {
  readonly maxParallel: number;
  /** The end of the run, in monotonic time; infinite where it has none. */
  readonly endMs: number;
}

/** Where a task of the queue is. */
export type QueuePhase = "queued" | "pulling" | "waiting";

/**
 * Runs tasks, at most `maxParallel` attempts at once; their order is their priority. A task that waits for its next
 * attempt holds no slot, and one that is done leaves the queue.
 */
export interface PullQueue {
  /** Makes these the tasks, the first first: new ones are added, those that are missing are cancelled. */
  arrange(tasks: readonly PullTask[]): void;
  /** Ends the wait of a task for its next attempt; a pause of its registry host still counts. */
  hurry(task: PullTask): void;
  /** Undefined where it is not in the queue. */
  phaseOf(task: PullTask): QueuePhase | undefined;
  /** Attempts that have not ended, cancelled ones too. */
  runningCount(): number;
  /** Resolves when no task is left and no attempt runs; rejects where an attempt threw, which is a defect. */
  drained(): Promise<void>;
  /** Cancels everything for this reason; nothing is started any more. */
  close(reason: unknown): void;
}

interface Entry {
  readonly task: PullTask;
  readyMs: number;
  running: AbortController | undefined;
}

/** `onChange` is called after an attempt that nobody arranged has begun, and after each end of one. */
export function createPullQueue(
  limits: PullQueueLimits,
  clock: Clock,
  onChange: () => void = () => {},
): PullQueue {
  return new Queue(limits, clock, onChange);
}

class Queue implements PullQueue {
  readonly #limits: PullQueueLimits;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #pauses = createHostPauses();
  /** In order of priority. */
  #entries = new Map<PullTask, Entry>();
  readonly #running = new Set<Entry>();
  #timer: { readonly untilMs: number; readonly control: AbortController } | undefined;
  #closed = false;
  #defect: { readonly error: unknown } | undefined;
  #whenDrained: (() => void)[] = [];

  constructor(limits: PullQueueLimits, clock: Clock, onChange: () => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  arrange(tasks: readonly PullTask[]): void {
    if (this.#closed) return;
    const before = this.#entries;
    this.#entries = new Map(tasks.map((task) => [task, before.get(task) ?? this.#enter(task)]));
    for (const [task, { running }] of before) {
      if (!this.#entries.has(task)) running?.abort(new Error("the pull is not wanted any more"));
    }
    this.#startReady();
    this.#settleIfDrained();
  }

  hurry(task: PullTask): void {
    const entry = this.#entries.get(task);
    if (entry === undefined || entry.running !== undefined) return;
    entry.readyMs = Math.min(entry.readyMs, this.#clock.nowMs());
    this.#startReady();
  }

  phaseOf(task: PullTask): QueuePhase | undefined {
    const entry = this.#entries.get(task);
    if (entry === undefined) return undefined;
    if (entry.running !== undefined) return "pulling";
    return this.#turnMs(entry) <= this.#clock.nowMs() ? "queued" : "waiting";
  }

  runningCount(): number {
    return this.#running.size;
  }

  async drained(): Promise<void> {
    if (!this.#isDrained()) await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
    if (this.#defect !== undefined) throw this.#defect.error;
  }

  close(reason: unknown): void {
    this.#closed = true;
    this.#entries = new Map();
    this.#setTimer(Number.POSITIVE_INFINITY);
    for (const { running } of this.#running) running?.abort(reason);
    this.#settleIfDrained();
  }

  #enter(task: PullTask): Entry {
    const readyMs = Math.max(this.#clock.nowMs(), task.notBeforeMs ?? 0);
    return { task, readyMs, running: undefined };
  }

  /** Whether something was started. */
  #startReady(): boolean {
    const { maxParallel } = this.#limits;
    const runningBefore = this.#running.size;
    const nowMs = this.#clock.nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (this.#running.size >= maxParallel) break;
      if (entry.running !== undefined) continue;
      const turnMs = this.#turnMs(entry);
      if (turnMs <= nowMs) this.#start(entry);
      else nextMs = Math.min(nextMs, turnMs);
    }
    // Without a free slot it is the end of an attempt that goes on with the queue.
    this.#setTimer(this.#running.size < maxParallel ? nextMs : Number.POSITIVE_INFINITY);
    return this.#running.size > runningBefore;
  }

  #start(entry: Entry): void {
    const control = new AbortController();
    entry.running = control;
    this.#running.add(entry);
    entry.task
      .attempt(control.signal)
      .catch((error: unknown): AttemptEnd => {
        this.#defect ??= { error };
        return { againInMs: undefined };
      })
      .then((end) => this.#end(entry, end));
  }

  #end(entry: Entry, { againInMs, pauseHostMs }: AttemptEnd): void {
    const nowMs = this.#clock.nowMs();
    this.#running.delete(entry);
    entry.running = undefined;
    // What was cancelled meanwhile is not in the queue any more, and another entry may have its task.
    if (this.#entries.get(entry.task) === entry) {
      if (againInMs === undefined) this.#entries.delete(entry.task);
      else entry.readyMs = nowMs + againInMs;
    }
    if (pauseHostMs !== undefined) this.#pauseHost(entry.task.image.domain, nowMs, pauseHostMs);
    if (!this.#closed) this.#startReady();
    this.#settleIfDrained();
    this.#onChange();
  }

  #pauseHost(host: string, nowMs: number, pauseMs: number): void {
    this.#pauses.forget(nowMs);
    this.#pauses.pause(host, nowMs + pauseMs);
    if (nowMs + pauseMs < this.#limits.endMs) return;
    for (const { task, running } of [...this.#entries.values()]) {
      if (task.image.domain !== host || running !== undefined) continue;
      this.#entries.delete(task);
      task.giveUp();
    }
  }

  #turnMs({ task, readyMs }: Entry): number {
    return Math.max(readyMs, this.#pauses.untilMs(task.image.domain));
  }

  #setTimer(untilMs: number): void {
    if (this.#timer?.untilMs === untilMs) return;
    this.#timer?.control.abort();
    this.#timer = undefined;
    if (untilMs === Number.POSITIVE_INFINITY) return;
    const control = new AbortController();
    this.#timer = { untilMs, control };
    this.#clock.sleep(Math.max(0, untilMs - this.#clock.nowMs()), control.signal).then(
      () => {
        this.#timer = undefined;
        if (!this.#closed && this.#startReady()) this.#onChange();
      },
      () => {},
    );
  }

  #isDrained(): boolean {
    return this.#entries.size === 0 && this.#running.size === 0;
  }

  #settleIfDrained(): void {
    if (!this.#isDrained()) return;
    for (const resolve of this.#whenDrained.splice(0)) resolve();
  }
}
