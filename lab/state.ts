import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../src/lib/config-error.ts";
import type { DaemonOptions } from "./daemon.ts";
import type { ProcessIdentity } from "./process.ts";

/** A process of the lab. */
export interface LabProcess extends ProcessIdentity {
  /** What it is for: `containerd`, `registry`, … */
  readonly name: string;
  /** How it was started, where it can be started again. */
  readonly daemon?: DaemonOptions;
  /** Whether it was ended on purpose, so that the lab is whole without it. */
  readonly ended?: boolean;
}

/** A node of a cluster, as the machine sees it. */
export interface LabNode {
  readonly name: string;
  readonly address: string;
  /** The folder that is the root of its files; mounts in it are seen by the node alone. */
  readonly root: string;
  readonly criSocket: string;
  readonly containerdVersion: string;
}

/** The Kubernetes cluster of a lab that has one. */
export interface LabCluster {
  /** The process that holds the network namespace in which everything but nodes and pods is. */
  readonly hubPid: number;
  /** Prestow's own image in the registry; the other variant has the same tag with `-distro`. */
  readonly image: string;
  /** Of an administrator. */
  readonly kubeconfig: string;
  /** The cgroup, in every hierarchy, below which the nodes and all their pods are. */
  readonly cgroup: string;
  readonly nodes: readonly LabNode[];
}

/** What can be used once the lab is up. Paths are absolute, hosts are `ADDRESS:PORT`: on loopback, or in the hub of a cluster. */
export interface LabEndpoints {
  readonly registry: string;
  readonly privateRegistry: string;
  readonly criSocket: string;
  readonly containerdVersion: string;
  /** Which containerd was asked for; absent where it was left to the lab. */
  readonly containerdKind?: string;
  /** A file of image references, one a line. */
  readonly imagesFile: string;
  readonly dockerConfigFile: string;
  /** Folders of the lab's tools. */
  readonly binDirs: readonly string[];
  readonly cluster?: LabCluster;
}

/** What is known of a lab, on its way up or up. */
export interface LabState {
  readonly format: 1;
  /** In the order in which they were started. */
  readonly processes: readonly LabProcess[];
  /** Absent until everything runs. */
  readonly endpoints?: LabEndpoints;
  /** A cgroup whose processes, all below it included, are the lab's. */
  readonly cgroup?: string;
}

const emptyState: LabState = { format: 1, processes: [] };

function stateFile(folder: string): string {
  return join(folder, "lab.json");
}

/** A state file's content. Throws a `ConfigError` where it is not one of ours. */
export function parseLabState(text: string, file: string): LabState {
  try {
    const state: unknown = JSON.parse(text);
    if (isLabState(state)) return state;
  } catch {
    // Not even JSON: said below.
  }
  throw new ConfigError(
    `${file}: this is not the state of a lab; if it was damaged, end its processes and remove it`,
  );
}

function isLabState(state: unknown): state is LabState {
  if (typeof state !== "object" || state === null) return false;
  const { format, processes } = state as Partial<LabState>;
  if (format !== 1 || !Array.isArray(processes)) return false;
  return processes.every((process: Partial<LabProcess>) => {
    return Number.isSafeInteger(process.pid) && typeof process.startTicks === "string";
  });
}

/** The state in a lab folder; undefined where there is none. */
export function readLabState(folder: string): LabState | undefined {
  const file = stateFile(folder);
  return existsSync(file) ? parseLabState(readFileSync(file, "utf8"), file) : undefined;
}

function writeLabState(folder: string, state: LabState): void {
  const file = stateFile(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Makes a lab folder with an empty state. Throws a `ConfigError` where the folder holds something else. */
export async function createLabFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  if (readdirSync(folder).length > 0) {
    throw new ConfigError(
      `${folder}: the folder for the lab's state holds other things; empty it or name another by PRESTOW_LAB_STATE`,
    );
  }
  writeLabState(folder, emptyState);
}

/** Records a process at once, so that it can be ended whatever happens next; in place of one of the same name. */
export function recordProcess(folder: string, process: LabProcess): void {
  const state = readLabState(folder) ?? emptyState;
  const others = state.processes.filter(({ name }) => name !== process.name);
  writeLabState(folder, { ...state, processes: [...others, process] });
}

/** Forgets processes that are gone. */
export function forgetProcesses(folder: string, gone: (process: LabProcess) => boolean): void {
  const state = readLabState(folder) ?? emptyState;
  writeLabState(folder, { ...state, processes: state.processes.filter((process) => !gone(process)) });
}

/** Records the cgroup that the lab's nodes will be in. */
export function recordCgroup(folder: string, cgroup: string): void {
  writeLabState(folder, { ...(readLabState(folder) ?? emptyState), cgroup });
}

/** Records that everything runs. */
export function recordEndpoints(folder: string, endpoints: LabEndpoints): void {
  writeLabState(folder, { ...(readLabState(folder) ?? emptyState), endpoints });
}
