import { type Clock, systemClock } from "../src/lib/clock.ts";
import { readCriVersion } from "./cri-probe.ts";
import { daemonError } from "./daemon.ts";
import { isRunning, type ProcessIdentity } from "./process.ts";

export interface CriReadyOptions {
  readonly socket: string;
  readonly process: ProcessIdentity;
  readonly logFile: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Waits until a runtime answers on its socket and resolves to its version. Throws with the end of its log where its
 * process ends, or at the latest after `timeoutMs` (30 s).
 */
export async function waitForCri(options: CriReadyOptions): Promise<string> {
  const { socket, process, logFile, signal, timeoutMs = 30_000, clock = systemClock } = options;
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await readCriVersion(socket, 2_000);
    } catch (error) {
      if (!isRunning(process)) throw daemonError("containerd ended while it was starting", logFile);
      if (clock.nowMs() > deadlineMs) {
        throw daemonError(`containerd does not answer on ${socket}`, logFile, { cause: error });
      }
    }
    await clock.sleep(30, signal);
  }
}
