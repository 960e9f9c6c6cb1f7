import { join } from "node:path";
import type { Kubectl } from "./cluster/control-plane.ts";
import { startPart, waitUntil } from "./cluster/part.ts";
import { stopProcess } from "./process.ts";
import { readLabState } from "./state.ts";

const part = "kube-apiserver";
const flag = "--feature-gates=WatchList=false";
const graceMs = 5_000;

/** The API server's command with the flag; undefined where it has it. */
export function withPlainWatches(command: readonly [string, ...string[]]): [string, ...string[]] | undefined {
  return command.includes(flag) ? undefined : [...command, flag];
}

/**
 * Starts the API server anew where it streams lists. kwok watches from version 0, which such an API server answers by a
 * streamed list, which it cannot have from etcd 3.4: kwok would see nothing but what it lists once a minute.
 */
export async function restartWithPlainWatches(
  folder: string,
  kubectl: Kubectl,
  signal?: AbortSignal,
): Promise<void> {
  const known = readLabState(folder)?.processes.find(({ name }) => name === part);
  const command = known?.daemon && withPlainWatches(known.daemon.command);
  if (known?.daemon === undefined || command === undefined) return;
  await stopProcess(known, graceMs);
  const process = await startPart(folder, part, { ...known.daemon, command });
  const logFile = join(folder, "control-plane", `${part}.log`);
  const wait = { what: "serving API server", process, logFile, timeoutMs: 60_000 };
  await waitUntil({ ...wait, ...(signal ? { signal } : {}) }, () =>
    kubectl("get", "--raw=/readyz").then(
      () => true,
      () => false,
    ),
  );
}
