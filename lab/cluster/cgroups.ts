import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, systemClock } from "../../src/lib/clock.ts";

/** A hierarchy of cgroups. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
}

/** The hierarchies of cgroups in the text of /proc/self/mountinfo: one of version 2, several of version 1, or both. */
export function parseHierarchies(mountinfo: string): Hierarchy[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [mount = "", filesystem = ""] = line.split(" - ");
    const mountPoint = mount.split(" ")[4];
    const type = filesystem.split(" ")[0];
    if (mountPoint === undefined || (type !== "cgroup" && type !== "cgroup2")) return [];
    return [{ mountPoint, version: type === "cgroup" ? 1 : 2 } as const];
  });
}

/** This machine's hierarchies of cgroups. */
export function readHierarchies(): Hierarchy[] {
  return parseHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));
}

// A cpuset of version 1 takes no process before it has processors and memory, and starts without any.
async function fillCpuset(folder: string): Promise<void> {
  for (const name of ["cpuset.cpus", "cpuset.mems"]) {
    const file = join(folder, name);
    if (!existsSync(file) || (await readFile(file, "utf8")).trim() !== "") continue;
    await writeFile(file, await readFile(join(dirname(folder), name)));
  }
}

// What of a cgroup of version 2 its children may be limited by has to be said.
async function passControllers(folder: string): Promise<void> {
  const parent = dirname(folder);
  const controllers = await readFile(join(parent, "cgroup.controllers"), "utf8").catch(() => "");
  for (const name of controllers.trim().split(" ").filter(Boolean)) {
    await writeFile(join(parent, "cgroup.subtree_control"), `+${name}`).catch(() => undefined);
  }
}

/** Makes a cgroup (`/NAME/…`), with those above it, in every hierarchy. */
export async function createCgroup(cgroup: string, hierarchies = readHierarchies()): Promise<void> {
  for (const { mountPoint, version } of hierarchies) {
    let folder = mountPoint;
    for (const name of cgroup.split("/").filter(Boolean)) {
      folder = join(folder, name);
      await mkdir(folder, { recursive: true });
      if (version === 2) await passControllers(folder);
      else await fillCpuset(folder);
    }
  }
}

/** The files by which a process moves itself into a cgroup, one in each hierarchy. */
export function cgroupProcsFiles(cgroup: string, hierarchies = readHierarchies()): string[] {
  return hierarchies.map(({ mountPoint }) => join(mountPoint, cgroup, "cgroup.procs"));
}

/** A cgroup and all below it in one hierarchy, the deepest first. */
function listTree(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : undefined;
  if (entries === undefined) return [];
  const below = entries.filter((entry) => entry.isDirectory());
  return [...below.flatMap((entry) => listTree(join(folder, entry.name))), folder];
}

function listFolders(cgroup: string, hierarchies: readonly Hierarchy[]): string[] {
  return hierarchies.flatMap(({ mountPoint }) => listTree(join(mountPoint, cgroup)));
}

/** The ids of all processes in a cgroup and below it, whatever the hierarchy. */
export function listCgroupPids(cgroup: string, hierarchies = readHierarchies()): number[] {
  const texts = listFolders(cgroup, hierarchies).map((folder) => {
    try {
      return readFileSync(join(folder, "cgroup.procs"), "utf8");
    } catch {
      return ""; // It went while we looked.
    }
  });
  return [...new Set(texts.flatMap((text) => text.split("\n").filter(Boolean).map(Number)))];
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * Kills every process in a cgroup and below it, and removes the cgroups. A cgroup holds what was started in it and all
 * that came of it, so nothing else is met. Throws where something is left after `timeoutMs`.
 */
export async function removeCgroup(
  cgroup: string,
  timeoutMs = 15_000,
  clock: Clock = systemClock,
): Promise<void> {
  const hierarchies = readHierarchies();
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (;;) {
    const pids = listCgroupPids(cgroup, hierarchies);
    killAll(pids);
    if (pids.length === 0) {
      for (const folder of listFolders(cgroup, hierarchies)) await rmdir(folder).catch(() => undefined);
    }
    const left = listFolders(cgroup, hierarchies);
    if (left.length === 0) return;
    if (clock.nowMs() > deadlineMs)
      throw new Error(`processes ${pids.join(", ")} or cgroups ${left.join(", ")} do not go away`);
    await clock.sleep(20);
  }
}
