import { readFileSync } from "node:fs";
import { type Clock, systemClock } from "../src/lib/clock.ts";

/** A process that cannot be mistaken for a later one that was given the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the process's start: field 22 of /proc/PID/stat. */
  readonly startTicks: string;
  /** The boot that `startTicks` counts from. */
  readonly bootId: string;
}

interface ProcessStat {
  readonly state: string;
  readonly startTicks: string;
}

/**
 * The state letter and start time in the text of /proc/PID/stat. The command name (field 2) may hold spaces and
 * parentheses, so fields are counted from the last parenthesis: proc_pid_stat(5). Throws on other text.
 */
export function parseProcessStat(text: string): ProcessStat {
  const fields = text
    .slice(text.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [state, startTicks] = [fields[0], fields[19]];
  if (!text.includes(")") || !state || !startTicks || !/^\d+$/.test(startTicks)) {
    throw new Error("this is not the text of /proc/PID/stat");
  }
  return { state, startTicks };
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The identity of a running process; undefined where there is none with this id, or only a zombie. */
export function readProcessIdentity(pid: number): ProcessIdentity | undefined {
  const text = readOrUndefined(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const { state, startTicks } = parseProcessStat(text);
  if (state === "Z" || state === "X") return undefined;
  return { pid, startTicks, bootId: readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim() ?? "" };
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = readProcessIdentity(identity.pid);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Sends a signal, but only to this very process. Whether it was there to get it. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** Waits until the process is gone. Whether it went within `timeoutMs`. */
export async function waitForExit(
  identity: ProcessIdentity,
  timeoutMs: number,
  clock: Clock = systemClock,
): Promise<boolean> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  while (isRunning(identity)) {
    if (clock.nowMs() >= deadlineMs) return false;
    await clock.sleep(10);
  }
  return true;
}

/**
 * Ends a process: SIGTERM (and SIGCONT, lest it be stopped), then SIGKILL after `graceMs`. Does nothing where it is
 * gone. Throws where it outlives SIGKILL by 10 s.
 */
export async function stopProcess(
  identity: ProcessIdentity,
  graceMs = 5_000,
  clock: Clock = systemClock,
): Promise<void> {
  if (!signalProcess(identity, "SIGTERM")) return;
  signalProcess(identity, "SIGCONT");
  if (await waitForExit(identity, graceMs, clock)) return;
  signalProcess(identity, "SIGKILL");
  if (await waitForExit(identity, 10_000, clock)) return;
  throw new Error(`process ${identity.pid} does not end, not even by SIGKILL`);
}
