import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { printable } from "../src/lib/printable.ts";
import type { Environment } from "./paths.ts";
import { type ProcessIdentity, readProcessIdentity } from "./process.ts";

export interface DaemonOptions {
  readonly command: readonly [string, ...string[]];
  readonly environment: Environment;
  /** What its command is run by, if not directly: a command that enters namespaces and then becomes the program. */
  readonly enter?: readonly string[];
  /** Its standard output and error are appended here. */
  readonly logFile: string;
  /** Whether it goes on when this process ends; otherwise the kernel kills it with us, however we end. */
  readonly outlivesParent?: boolean;
}

/**
 * Starts a program in a session of its own, so that a terminal's Ctrl-C does not reach it. Throws where it cannot be
 * started or ended at once.
 */
export async function spawnDaemon(options: DaemonOptions): Promise<ProcessIdentity> {
  const tie = options.outlivesParent ? [] : ["setpriv", "--pdeathsig", "KILL", "--"];
  const command = [...tie, ...(options.enter ?? []), ...options.command];
  const [program, ...args] = command as [string, ...string[]];
  const log = openSync(options.logFile, "a", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: "/",
      detached: true,
      env: options.environment as NodeJS.ProcessEnv,
      stdio: ["ignore", log, log],
    });
    await once(child, "spawn");
    child.unref();
    const identity = child.pid === undefined ? undefined : readProcessIdentity(child.pid);
    if (identity === undefined)
      throw daemonError(`${program} ended as soon as it was started`, options.logFile);
    return identity;
  } finally {
    closeSync(log);
  }
}

/** An error whose message ends with the last lines of a program's log. */
export function daemonError(reason: string, logFile: string, options?: ErrorOptions): Error {
  const tail = readLogTail(logFile, 12);
  return new Error(
    tail === "" ? `${reason} (no log in ${logFile})` : `${reason}; the end of ${logFile}:\n${tail}`,
    options,
  );
}

function readLogTail(logFile: string, lines: number): string {
  try {
    const text = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines);
    return text
      .map((line) => `  ${printable(line, 500)}`)
      .join("\n")
      .trimEnd();
  } catch {
    return "";
  }
}
