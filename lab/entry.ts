import { ConfigError } from "../src/lib/config-error.ts";
import { cacheFolder, labFolder, labLockFile } from "./paths.ts";
import { isRunning } from "./process.ts";
import type { LabEndpoints, LabState } from "./state.ts";

/** The folders that the entry points work with. */
export interface LabPlaces {
  readonly cache: string;
  readonly folder: string;
  readonly lockFile: string;
}

/** Where this user's lab and cache are. */
export function readLabPlaces(): LabPlaces {
  const cache = cacheFolder(process.env);
  const folder = labFolder(process.env, process.getuid?.() ?? 0);
  return { cache, folder, lockFile: labLockFile(cache, folder) };
}

/** What a lab offers if it is whole and each of its processes runs, or was ended on purpose; else undefined. */
export function runningEndpoints(
  state: LabState | undefined,
  runs: typeof isRunning = isRunning,
): LabEndpoints | undefined {
  return state?.processes.every((process) => process.ended || runs(process)) ? state.endpoints : undefined;
}

/**
 * Runs an entry point's work: what goes wrong becomes a message on standard error and exit status 2 for bad use, 1 for
 * the rest, 130 or 143 where a signal ended it (so that what was started is ended first).
 */
export async function runEntry(name: string, work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  let stoppedWith: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      stoppedWith = codes[signal];
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  try {
    process.exitCode = await work(stop.signal);
  } catch (error) {
    process.stderr.write(`lab/${name}: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = stoppedWith ?? (error instanceof ConfigError ? 2 : 1);
  }
}
