import { join } from "node:path";
import { programEnvironment } from "../containerd-program.ts";
import { hasProgram } from "../install/which.ts";
import { stopProcess } from "../process.ts";
import { runCommand } from "../run-command.ts";
import type { LabEndpoints, LabNode, LabState } from "../state.ts";
import { removeCgroup } from "./cgroups.ts";

const graceMs = 2_000;
const runtimeTimeoutMs = 3_000;

/** Has a node's containerd end its containers, so that each shim ends as it does when its container has ended. */
async function endContainers(node: LabNode, binDir: string): Promise<void> {
  const ctr = [join(binDir, "ctr"), "--address", node.criSocket, "--namespace", "k8s.io", "tasks"] as const;
  const options = { environment: programEnvironment(binDir), signal: AbortSignal.timeout(runtimeTimeoutMs) };
  const ids = (await runCommand([...ctr, "ls", "--quiet"], options)).split("\n").filter(Boolean);
  await Promise.all(
    ids.map((id) => runCommand([...ctr, "kill", "--all", "--signal", "SIGKILL", id], options)),
  );
}

async function endAllContainers({ binDirs, cluster }: LabEndpoints): Promise<void> {
  const binDir = binDirs.find((folder) => hasProgram(folder, "ctr"));
  if (binDir === undefined || cluster === undefined) return;
  // A containerd that does not answer is no reason to stop here: its containers are in the lab's cgroup.
  await Promise.allSettled(cluster.nodes.map((node) => endContainers(node, binDir)));
}

/**
 * Ends a cluster: the kubelets, lest they start containers again, then containers by their runtimes, then all recorded
 * processes at once, for none is to hand anything over to another, then whatever is left in the lab's cgroup.
 */
export async function stopCluster(state: LabState, cgroup: string): Promise<void> {
  const { processes, endpoints } = state;
  const kubelets = processes.filter(({ name }) => name.startsWith("kubelet-"));
  await Promise.all(kubelets.map((process) => stopProcess(process, graceMs)));
  if (endpoints !== undefined) await endAllContainers(endpoints);
  await Promise.all(processes.map((process) => stopProcess(process, graceMs)));
  await removeCgroup(cgroup);
}
