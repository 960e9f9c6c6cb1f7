import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../lab/run-command.ts";

/** A node of the lab's cluster, as the variables of `lab/exec` say it. */
export interface LabNodeVariables {
  readonly name: string;
  readonly criSocket: string;
  readonly root: string;
}

/** A variable that `lab/exec` sets. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this inside a lab with a cluster, by lab/exec`);
  return value;
}

/**
 * The nodes of the cluster that this process was started in by `lab/exec`. Their sockets and roots are asked for only
 * by what looks inside a node: the rest runs on any cluster whose nodes are named.
 */
export function labNodes(): LabNodeVariables[] {
  return variable("PRESTOW_LAB_NODES")
    .split(" ")
    .map((name, index) => ({
      name,
      get criSocket() {
        return variable(`PRESTOW_LAB_CRI_${index + 1}`);
      },
      get root() {
        return variable(`PRESTOW_LAB_ROOT_${index + 1}`);
      },
    }));
}

/** An image of the lab's registry. */
export function labImage(repository: string): string {
  return `${variable("PRESTOW_LAB_REGISTRY")}/${repository}`;
}

/** Runs one of the lab's entry points, such as `part`. */
export function runLab(entry: string, ...args: string[]): Promise<string> {
  return runCommand([join(import.meta.dirname, "../../lab", entry), ...args]);
}

/** Runs kubectl; resolves to what it prints. */
export function kubectl(...args: string[]): Promise<string> {
  return runCommand(["kubectl", ...args]);
}

/** How long Kubernetes' own controllers and kubelets may take to work again after the API server was away. */
export const afterOutageMs = 90_000;

/** Tries until `work` succeeds and resolves to its result; throws its last error after `timeoutMs`. */
export async function eventually<T>(work: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
    }
    await sleep(200);
  }
}
