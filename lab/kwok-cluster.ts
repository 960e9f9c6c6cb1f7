import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createKubectl, type Kubectl } from "./cluster/control-plane.ts";
import { enterCommand } from "./cluster/enter.ts";
import { startPart } from "./cluster/part.ts";
import { programEnvironment } from "./containerd-program.ts";
import type { InstallContext } from "./install/context.ts";
import { installKwok } from "./install/kwok.ts";
import { hasProgram } from "./install/which.ts";
import { createKwokNode, decideSurplus, kwokMark } from "./kwok-nodes.ts";
import { renderKwokStages } from "./kwok-stages.ts";
import { isRunning, stopProcess } from "./process.ts";
import { forgetProcesses, type LabCluster, type LabEndpoints, readLabState } from "./state.ts";

/** A running lab with a cluster. */
export interface KwokLab {
  readonly folder: string;
  readonly endpoints: LabEndpoints;
  readonly cluster: LabCluster;
  readonly install: InstallContext;
}

const part = "kwok";
const selector = `${kwokMark.key}=${kwokMark.value}`;
const graceMs = 2_000;

function recordedKwok(folder: string) {
  return readLabState(folder)?.processes.find(({ name }) => name === part);
}

function kwokCommand(kwok: string, kubeconfig: string, config: string): [string, ...string[]] {
  const only = `--manage-nodes-with-annotation-selector=${selector}`;
  const flags = [
    "--manage-all-nodes=false",
    only,
    "--node-lease-duration-seconds=40",
    "--cidr=10.250.0.0/16",
  ];
  return [kwok, `--kubeconfig=${kubeconfig}`, `--config=${config}`, ...flags];
}

async function startKwok({ folder, cluster, install }: KwokLab): Promise<void> {
  const known = recordedKwok(folder);
  if (known !== undefined && isRunning(known)) return;
  const kwok = await installKwok(install);
  const own = join(folder, part);
  await mkdir(own, { recursive: true, mode: 0o700 });
  const config = join(own, "stages.yaml");
  await writeFile(config, renderKwokStages());
  await startPart(folder, part, {
    command: kwokCommand(kwok, cluster.kubeconfig, config),
    enter: enterCommand({ pid: cluster.hubPid, kinds: ["net"] }),
    environment: { ...programEnvironment(own), HOME: own },
    logFile: join(own, "kwok.log"),
  });
}

async function stopKwok(folder: string): Promise<void> {
  const known = recordedKwok(folder);
  if (known === undefined) return;
  await stopProcess(known, graceMs);
  forgetProcesses(folder, ({ name }) => name === part);
}

function kubectlOf({ folder, endpoints, cluster, install }: KwokLab): Kubectl {
  const kubernetes = endpoints.binDirs.find((binDir) => hasProgram(binDir, "kubectl"));
  if (kubernetes === undefined) throw new Error("the lab's kubectl is gone");
  const signal = install.signal ? { signal: install.signal } : {};
  return createKubectl({ folder, hub: { pid: cluster.hubPid }, kubernetes, ...signal });
}

async function removeSurplus(kubectl: Kubectl, count: number): Promise<void> {
  const listed = await kubectl("get", "nodes", `--selector=${selector}`, "--output=name");
  const names = listed.split("\n").filter(Boolean);
  const surplus = decideSurplus(
    names.map((name) => name.replace(/^node\//, "")),
    count,
  );
  if (surplus.length > 0) await kubectl("delete", "node", ...surplus);
}

async function addNodes(lab: KwokLab, kubectl: Kubectl, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, index) => createKwokNode(index + 1));
  const file = join(lab.folder, part, "nodes.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await kubectl("apply", "--filename", file);
  await kubectl("wait", "--for=condition=Ready", "--timeout=120s", "node", `--selector=${selector}`);
}

/** Gives a cluster so many simulated nodes, no more and no less, and resolves when they are ready; for 0 kwok ends, too. */
export async function simulateNodes(lab: KwokLab, count: number): Promise<void> {
  const kubectl = kubectlOf(lab);
  if (count > 0) await startKwok(lab);
  await removeSurplus(kubectl, count);
  if (count > 0) await addNodes(lab, kubectl, count);
  else await stopKwok(lab.folder);
}
