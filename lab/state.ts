import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../src/lib/config-error.ts";
import type { ProcessIdentity } from "./process.ts";

/** A process of the lab. */
export interface LabProcess extends ProcessIdentity {
  /** What it is for: `containerd`, `registry`, … */
  readonly name: string;
}

/** What can be used once the lab is up. Paths are absolute, hosts are `127.0.0.1:PORT`. */
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
}

/** What is known of a lab, on its way up or up. */
export interface LabState {
  readonly format: 1;
  /** In the order in which they were started. */
  readonly processes: readonly LabProcess[];
  /** Absent until everything runs. */
  readonly endpoints?: LabEndpoints;
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

/** Records a process at once, so that it can be ended whatever happens next. */
export function recordProcess(folder: string, process: LabProcess): void {
  const state = readLabState(folder) ?? emptyState;
  writeLabState(folder, { ...state, processes: [...state.processes, process] });
}

/** Records that everything runs. */
export function recordEndpoints(folder: string, endpoints: LabEndpoints): void {
  writeLabState(folder, { ...(readLabState(folder) ?? emptyState), endpoints });
}
