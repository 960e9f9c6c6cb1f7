import type { Clock } from "../../lib/clock.ts";

/** What a drain's end depends on, all on one clock. */
export interface DrainState {
  readonly startMs: number;
  readonly timeoutMs: number;
  /** When the process was asked to stop. */
  readonly stoppedMs: number | undefined;
  /** When the aggregator last answered. */
  readonly answeredMs: number | undefined;
  /** How long to go on without an answer, as the last attempt ended. */
  readonly patienceMs: number;
}

const stopGraceMs = 1000;

/** When a drain gives up: a node must not wait for an aggregator that is not there. */
export function decideDrainEndMs(state: DrainState): number {
  const { startMs, timeoutMs, stoppedMs, answeredMs = startMs, patienceMs } = state;
  return Math.min(
    startMs + timeoutMs,
    stoppedMs === undefined ? Number.POSITIVE_INFINITY : Math.max(startMs, stoppedMs) + stopGraceMs,
    Math.max(startMs, answeredMs) + patienceMs,
  );
}

/** Watches attempts, and calls `expire` when a drain has to end. */
export interface DrainDeadline {
  noteAnswer(): void;
  /** An attempt failed; so long it is worth to try again. */
  noteFailure(patienceMs: number): void;
  begin(timeoutMs: number, stop: AbortSignal | undefined): void;
  /** The drain is over: `expire` is not called any more. */
  end(): void;
}

/** Does nothing until a drain begins but to remember how the attempts ended. */
export function createDrainDeadline(clock: Clock, expire: () => void): DrainDeadline {
  let answeredMs: number | undefined;
  let patienceMs = Number.POSITIVE_INFINITY;
  let drain: Pick<DrainState, "startMs" | "timeoutMs" | "stoppedMs"> | undefined;
  let timer = new AbortController();
  const ended = new AbortController();

  const arm = () => {
    timer.abort();
    if (drain === undefined || ended.signal.aborted) return;
    timer = new AbortController();
    const leftMs = decideDrainEndMs({ ...drain, answeredMs, patienceMs }) - clock.nowMs();
    clock.sleep(Math.max(0, leftMs), timer.signal).then(expire, () => {});
  };
  const noteStop = () => {
    if (drain !== undefined) drain = { ...drain, stoppedMs: clock.nowMs() };
    arm();
  };

  return {
    noteAnswer() {
      answeredMs = clock.nowMs();
      patienceMs = Number.POSITIVE_INFINITY;
      arm();
    },
    noteFailure(ms) {
      patienceMs = ms;
      arm();
    },
    begin(timeoutMs, stop) {
      drain = { startMs: clock.nowMs(), timeoutMs, stoppedMs: undefined };
      stop?.addEventListener("abort", noteStop, { signal: ended.signal });
      if (stop?.aborted) noteStop();
      else arm();
    },
    end() {
      ended.abort();
      timer.abort();
    },
  };
}
