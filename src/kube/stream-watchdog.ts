import { formatDuration } from "../lib/duration.ts";
import { KubeError } from "./errors.ts";
import { noAnswer } from "./http.ts";

/** How long each part of an answer may keep us waiting. */
export interface WatchdogTimes {
  readonly headersTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly totalTimeoutMs?: number;
}

/** Watches over one answer that comes in pieces. */
export interface Watchdog {
  /** The head, or another piece, is here. */
  moved(): void;
  /** Why it was cut short; undefined: it was not. */
  late(): KubeError | undefined;
  stop(): void;
}

/** Starts to watch at once, and calls `cut` when something takes too long. */
export function createWatchdog(times: WatchdogTimes, cut: () => void): Watchdog {
  const { headersTimeoutMs, idleTimeoutMs, totalTimeoutMs } = times;
  let late: KubeError | undefined;
  const expire = (error: KubeError) => () => {
    late ??= error;
    cut();
  };
  let opened = false;
  let timer = setTimeout(expire(noAnswer(headersTimeoutMs)), headersTimeoutMs);
  const total =
    totalTimeoutMs === undefined
      ? undefined
      : setTimeout(
          expire(timeout(`no end of the answer within ${formatDuration(totalTimeoutMs)}`)),
          totalTimeoutMs,
        );
  const begin = () => {
    clearTimeout(timer);
    opened = true;
    const silent = timeout(`nothing came for ${formatDuration(idleTimeoutMs)}`);
    timer = setTimeout(expire(silent), idleTimeoutMs);
  };
  return {
    moved() {
      if (opened) timer.refresh();
      else begin();
    },
    late: () => late,
    stop() {
      clearTimeout(timer);
      clearTimeout(total);
    },
  };
}

function timeout(message: string): KubeError {
  return new KubeError(message, { kind: "timeout" });
}
