import { type Clock, systemClock } from "../../src/lib/clock.ts";
import { type DaemonOptions, daemonError, spawnDaemon } from "../daemon.ts";
import { isRunning, type ProcessIdentity } from "../process.ts";
import { recordProcess } from "../state.ts";

/** Starts a process of the lab that outlives this one, and records how, so that it can be started again. */
export async function startPart(
  folder: string,
  name: string,
  options: Omit<DaemonOptions, "outlivesParent">,
): Promise<ProcessIdentity> {
  const daemon = { ...options, outlivesParent: true };
  const identity = await spawnDaemon(daemon);
  recordProcess(folder, { name, ...identity, daemon });
  return identity;
}

/** What is waited for, and in whose log the reason is if it does not come. */
export interface Wait {
  readonly what: string;
  readonly process: ProcessIdentity;
  readonly logFile: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** Waits until `check` holds. Throws with the end of the log where the process ends, or after the timeout. */
export async function waitUntil(wait: Wait, check: () => Promise<boolean>): Promise<void> {
  const { what, process, logFile, timeoutMs, signal, clock = systemClock } = wait;
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await check()) return;
    if (!isRunning(process)) throw daemonError(`its process ended while waiting for ${what}`, logFile);
    if (clock.nowMs() > deadlineMs)
      throw daemonError(`no ${what} within ${Math.round(timeoutMs / 1_000)} s`, logFile);
    await clock.sleep(100, signal);
  }
}
