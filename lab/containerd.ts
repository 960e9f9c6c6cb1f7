import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../src/lib/config-error.ts";
import {
  registryConfigFolder,
  renderContainerdConfig,
  renderHosts,
  renderPlainHttpHosts,
  renderResolvConf,
} from "./containerd-config.ts";
import { containerdCommand, containerdEnvironment, readContainerdMajor } from "./containerd-program.ts";
import { waitForCri } from "./cri-ready.ts";
import { daemonError, spawnDaemon } from "./daemon.ts";
import { type ProcessIdentity, signalProcess, stopProcess, waitForExit } from "./process.ts";
import { readSnapshotter } from "./snapshotter.ts";

export interface ContainerdOptions {
  /** The folder that holds containerd and its shim. */
  readonly binDir: string;
  /** A private folder for all its files, its log and its socket; made where it is missing. Keep it short. */
  readonly stateDir: string;
  /** Registries (`host:port`) to speak plain HTTP with. */
  readonly plainHttpRegistries: readonly string[];
  /** Puts its store on a filesystem of this size, for disk-full tests. What it holds is gone after each restart. */
  readonly rootTmpfsBytes?: number;
  /** Names that resolve, each with its address. No other name does. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly sandboxImage?: string;
  /** Whether it goes on when this process ends. */
  readonly outlivesParent?: boolean;
  /** Called as soon as a process runs, before it is ready, so that it can be recorded. */
  readonly onSpawn?: (identity: ProcessIdentity) => void;
}

/** A private containerd. Its files stay in its state folder when it is stopped. */
export interface Containerd {
  readonly socket: string;
  /** As its CRI service says it. */
  readonly version: string;
  readonly pid: number;
  readonly logFile: string;
  /** Sends a signal; for one that ends it, resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it where it still runs, starts it again with the same files, and waits until it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const longestSocketBytes = 107;
const lasting: readonly NodeJS.Signals[] = ["SIGSTOP", "SIGCONT", "SIGUSR1", "SIGHUP"];

/** The socket of a containerd with this state folder. */
export function containerdSocket(stateDir: string): string {
  return join(stateDir, "containerd.sock");
}

/** Throws a `ConfigError` where the sockets below a state folder would have longer paths than Linux allows: unix(7). */
export function checkSocketPath(socket: string): void {
  const bytes = Buffer.byteLength(`${socket}.ttrpc`);
  if (bytes <= longestSocketBytes) return;
  throw new ConfigError(
    `${socket}.ttrpc: a socket path of ${bytes} bytes, where Linux allows ${longestSocketBytes}; use a shorter state folder`,
  );
}

async function writeSettings(options: ContainerdOptions, socket: string): Promise<void> {
  const { stateDir, binDir } = options;
  for (const name of ["root", "state", "cni", "tmp"]) {
    await mkdir(join(stateDir, name), { recursive: true, mode: 0o711 });
  }
  const sandboxImage = options.sandboxImage ?? "localhost/prestow-lab/pause:1";
  const major = await readContainerdMajor(binDir);
  const snapshotter = await readSnapshotter(stateDir);
  const settings = { major, stateDir, socket, snapshotter, sandboxImage };
  await writeFile(join(stateDir, "config.toml"), renderContainerdConfig(settings));
  await writeFile(join(stateDir, "resolv.conf"), renderResolvConf());
  await writeFile(join(stateDir, "hosts"), renderHosts(options.hosts ?? {}));
  for (const host of options.plainHttpRegistries) await addPlainHttpRegistry(stateDir, host);
}

/** Lets a containerd with this state folder speak plain HTTP with one more registry (`host:port`), from its next pull. */
export async function addPlainHttpRegistry(stateDir: string, host: string): Promise<void> {
  const folder = join(registryConfigFolder(stateDir), host);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "hosts.toml"), renderPlainHttpHosts(host));
}

/**
 * Starts a containerd in a mount namespace of its own, where no name but the given ones resolves, and resolves when its
 * CRI image service answers. Throws with the end of its log where it ends or says nothing for 30 s, or with the
 * signal's reason; nothing is left running then. The signal only bounds the start.
 */
export async function startContainerd(options: ContainerdOptions, signal?: AbortSignal): Promise<Containerd> {
  const { stateDir } = options;
  const socket = containerdSocket(stateDir);
  const logFile = join(stateDir, "containerd.log");
  checkSocketPath(socket);
  await mkdir(stateDir, { recursive: true, mode: 0o711 });
  await writeSettings(options, socket);

  async function start(signal?: AbortSignal): Promise<{ process: ProcessIdentity; version: string }> {
    const process = await spawnDaemon({
      command: containerdCommand(options),
      environment: containerdEnvironment(options),
      logFile,
      outlivesParent: options.outlivesParent ?? false,
    });
    try {
      options.onSpawn?.(process);
      return {
        process,
        version: await waitForCri({ socket, process, logFile, ...(signal ? { signal } : {}) }),
      };
    } catch (error) {
      await stopProcess(process);
      throw error;
    }
  }

  let running = await start(signal);
  return {
    socket,
    logFile,
    get version() {
      return running.version;
    },
    get pid() {
      return running.process.pid;
    },
    async kill(signal) {
      if (!signalProcess(running.process, signal) || lasting.includes(signal)) return;
      if (await waitForExit(running.process, 10_000)) return;
      throw daemonError(`containerd goes on 10 s after ${signal}`, logFile);
    },
    async restart() {
      await stopProcess(running.process);
      running = await start();
    },
    stop: () => stopProcess(running.process),
  };
}
