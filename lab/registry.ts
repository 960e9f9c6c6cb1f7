import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, systemClock } from "../src/lib/clock.ts";
import { programEnvironment } from "./containerd-program.ts";
import { type DaemonOptions, daemonError, spawnDaemon } from "./daemon.ts";
import { isRunning, type ProcessIdentity, stopProcess } from "./process.ts";
import { htpasswdFile, parseListeningPort, renderHtpasswd, renderRegistryConfig } from "./registry-config.ts";

export interface RegistryOptions {
  /** The folder that holds docker-registry. */
  readonly binDir: string;
  /** A private folder for its files and its log; made where it is missing. */
  readonly stateDir: string;
  /** Whether every request needs `labLogin` of registry-config.ts. */
  readonly login?: boolean;
  /** 127.0.0.1 where it is absent. */
  readonly address?: string;
  /** A free one where it is absent. */
  readonly port?: number;
  /** As for any daemon. */
  readonly enter?: readonly string[];
  /** Whether it goes on when this process ends. */
  readonly outlivesParent?: boolean;
  /** Called as soon as its process runs, before it is ready, so that it can be recorded. */
  readonly onSpawn?: (identity: ProcessIdentity, daemon: DaemonOptions) => void;
}

/** A private registry that speaks plain HTTP. Its files stay in its state folder when it is stopped. */
export interface LabRegistry {
  /** `ADDRESS:PORT` */
  readonly host: string;
  readonly pid: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

async function waitForPort(
  process: ProcessIdentity,
  logFile: string,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<number> {
  const deadlineMs = clock.nowMs() + 15_000;
  for (;;) {
    signal?.throwIfAborted();
    const port = parseListeningPort(await readFile(logFile, "utf8"));
    if (port !== undefined) return port;
    if (!isRunning(process)) throw daemonError("docker-registry ended while it was starting", logFile);
    if (clock.nowMs() > deadlineMs) throw daemonError("docker-registry does not begin to listen", logFile);
    await clock.sleep(20, signal);
  }
}

async function writeSettings(options: RegistryOptions, configFile: string): Promise<void> {
  const { stateDir, address = "127.0.0.1", login = false, port = 0 } = options;
  await mkdir(join(stateDir, "data"), { recursive: true });
  await writeFile(configFile, renderRegistryConfig({ stateDir, address, login, port }));
  if (login) await writeFile(htpasswdFile(stateDir), renderHtpasswd(), { mode: 0o600 });
}

/**
 * Starts Debian's docker-registry and resolves when it listens. Throws with the end of its log where it does not;
 * nothing is left running then. The signal only bounds the start.
 */
export async function startRegistry(
  options: RegistryOptions,
  signal?: AbortSignal,
  clock: Clock = systemClock,
): Promise<LabRegistry> {
  const { stateDir, binDir, address = "127.0.0.1", outlivesParent = false, enter } = options;
  const logFile = join(stateDir, "registry.log");
  const configFile = join(stateDir, "config.yml");
  await writeSettings(options, configFile);
  await rm(logFile, { force: true });
  const daemon: DaemonOptions = {
    command: [join(binDir, "docker-registry"), "serve", configFile],
    environment: programEnvironment(binDir),
    logFile,
    outlivesParent,
    ...(enter ? { enter } : {}),
  };
  const process = await spawnDaemon(daemon);
  try {
    options.onSpawn?.(process, daemon);
    const port = await waitForPort(process, logFile, clock, signal);
    return { host: `${address}:${port}`, pid: process.pid, logFile, stop: () => stopProcess(process) };
  } catch (error) {
    await stopProcess(process);
    throw error;
  }
}
