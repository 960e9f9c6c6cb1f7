import { join } from "node:path";
import { runCommand } from "../../lab/run-command.ts";
import { runLab } from "./lab.ts";
import type { Workspace } from "./workspace.ts";

/** The folder of the chart of `prestow hold`. */
export const holdChart = join(import.meta.dirname, "../../deploy/helm/prestow-hold");

/** Runs helm; resolves to what it prints. */
export type Helm = (...args: string[]) => Promise<string>;

/** helm, built where it is missing, with a workspace as its home: nothing of the user's is read or written. */
export async function createHelm(workspace: Workspace): Promise<Helm> {
  const program = (await runLab("tool", "helm")).trim();
  const environment = { ...process.env, HOME: workspace.folder };
  return (...args) => runCommand([program, ...args], { environment });
}

/** Values as the argument that helm takes for them. */
export function valuesArgument(workspace: Workspace, values: object): string {
  return `--values=${workspace.write("values.json", JSON.stringify(values))}`;
}
