import { readdirSync, readFileSync } from "node:fs";
import { parseMemory } from "../../src/manifests/quantity.ts";

/** What pods on a node cost, beside the images themselves. */
export interface PodFootprint {
  readonly processes: number;
  /** Each page counted by how many share it. */
  readonly proportionalBytes: number;
}

/** Of all processes in the cgroups of these pods; the sandbox's own is one of them. */
export function readPodFootprint(podUids: readonly string[]): PodFootprint {
  const own = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isOfPods(pid, podUids));
  const kib = own.map((pid) => Number(/^Pss:\s+(\d+) kB$/m.exec(readFile(pid, "smaps_rollup"))?.[1] ?? 0));
  return { processes: own.length, proportionalBytes: kib.reduce((sum, value) => sum + value, 0) * 1024 };
}

/** The memory that a pod's containers ask for together. */
export function reservedBytes(
  containers: readonly { readonly resources?: { readonly requests?: { readonly memory?: string } } }[],
): number {
  return containers
    .map(({ resources }) => parseMemory("memory", resources?.requests?.memory ?? "0"))
    .reduce((sum, bytes) => sum + bytes, 0);
}

function isOfPods(pid: string, uids: readonly string[]): boolean {
  const cgroups = readFile(pid, "cgroup");
  return uids.some((uid) => cgroups.includes(uid) || cgroups.includes(uid.replaceAll("-", "_")));
}

function readFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}
