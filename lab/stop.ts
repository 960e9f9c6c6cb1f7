import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { stopCluster } from "./cluster/stop-cluster.ts";
import { unmountUnder } from "./mounts.ts";
import { stopProcess } from "./process.ts";
import { readLabState } from "./state.ts";

/**
 * Ends every process that a lab folder records, last started first, unmounts what is below the folder and removes it.
 * Whether there was anything. A folder without a lab's state is left alone.
 */
export async function stopLab(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const state = readLabState(folder);
  if (state === undefined) return false;
  if (state.cgroup === undefined)
    for (const process of state.processes.toReversed()) await stopProcess(process);
  else await stopCluster(state, state.cgroup);
  await unmountUnder(folder);
  await rm(folder, { recursive: true, force: true });
  return true;
}
