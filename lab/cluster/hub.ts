import { readFileSync } from "node:fs";
import { join } from "node:path";
import { network } from "./network.ts";
import { startPart, type Wait, waitUntil } from "./part.ts";

/** A process whose namespaces are used for as long as it sleeps. */
export interface Holder {
  readonly pid: number;
}

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function isAsleep(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "sleep";
  } catch {
    return false;
  }
}

/** A holder to start. */
export interface HolderOptions {
  /** The lab's folder. */
  readonly folder: string;
  readonly name: string;
  readonly logFile: string;
  readonly command: readonly [string, ...string[]];
  readonly signal?: AbortSignal;
}

/**
 * Makes namespaces, sets them up by a script that becomes `sleep` as the last thing that it does, and resolves then.
 */
export async function startHolder(options: HolderOptions): Promise<Holder> {
  const { folder, name, logFile, command, signal } = options;
  const process = await startPart(folder, name, { command, environment: { PATH: path }, logFile });
  const wait: Wait = { what: `namespaces for ${name}`, process, logFile, timeoutMs: 10_000 };
  await waitUntil({ ...wait, ...(signal ? { signal } : {}) }, async () => isAsleep(process.pid));
  return { pid: process.pid };
}

/** Starts the hub of a lab's cluster. */
export function startHub(folder: string, signal?: AbortSignal): Promise<Holder> {
  const address = `${network.hub}/${network.nodes.split("/")[1]}`;
  const script = join(import.meta.dirname, "hub.sh");
  return startHolder({
    folder,
    name: "hub",
    logFile: join(folder, "hub.log"),
    command: ["unshare", "--net", "--", script, address],
    ...(signal ? { signal } : {}),
  });
}
