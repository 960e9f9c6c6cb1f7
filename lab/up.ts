import { existsSync } from "node:fs";
import { ConfigError } from "../src/lib/config-error.ts";
import { refreshImage, startCluster } from "./cluster/start-cluster.ts";
import { type LabPlaces, readLabPlaces, runEntry, runningEndpoints } from "./entry.ts";
import { withLock } from "./lock.ts";
import { clusterPrograms, decideRequirements, readMachine } from "./requirements.ts";
import { startLab } from "./start.ts";
import { type LabCluster, type LabEndpoints, readLabState } from "./state.ts";
import { stopLab } from "./stop.ts";
import { parseUpOptions, type UpOptions, upHelp } from "./up-options.ts";

type StartRequest = Extract<UpOptions, { help: false }>;

function say(line: string): void {
  process.stderr.write(`lab: ${line}\n`);
}

function describeCluster({ image, kubeconfig, nodes }: LabCluster): string {
  const sockets = nodes.map(({ name, criSocket }) => `  ${name.padEnd(20)}${criSocket}\n`).join("");
  return `${sockets}  administrator       ${kubeconfig}\n  Prestow's image     ${image}\n`;
}

const clusterCommands = `
  lab/exec kubectl get nodes     any command, inside the cluster's network, with KUBECONFIG set
  lab/part                       lists the cluster's processes; lab/part stop|start|restart NAME
  lab/add-node                   and lab/remove-node`;

function describe(endpoints: LabEndpoints, folder: string): string {
  const { cluster } = endpoints;
  return `  containerd ${endpoints.containerdVersion}   ${endpoints.criSocket}
${cluster === undefined ? "" : describeCluster(cluster)}\
  registry            ${endpoints.registry} (12 images: ${endpoints.imagesFile})
  behind a login      ${endpoints.privateRegistry} (credentials: ${endpoints.dockerConfigFile})
  logs                ${folder}/*/*.log
${cluster === undefined ? "" : clusterCommands}
  lab/exec sh -c 'prestow fetch --cri-socket $PRESTOW_LAB_CRI --image-list-file $PRESTOW_LAB_IMAGES'
  lab/exec ctr images ls
  lab/down
`;
}

function checkKind(request: StartRequest, running: LabEndpoints): void {
  if (request.nodes !== undefined && running.cluster === undefined)
    throw new ConfigError("--cluster: the lab is up without a cluster; run lab/down first");
  if (request.containerd === undefined || request.containerd === running.containerdKind) return;
  throw new ConfigError(
    `--containerd ${request.containerd}: the lab is up with another choice of containerd ` +
      `(${running.containerdKind ?? "its own"}, ${running.containerdVersion}); run lab/down first`,
  );
}

async function bringUp(request: StartRequest, places: LabPlaces, signal: AbortSignal): Promise<string> {
  const { cache, folder } = places;
  const install = { cache, environment: process.env, say, signal };
  const running = existsSync(folder) ? runningEndpoints(readLabState(folder)) : undefined;
  if (running !== undefined) {
    checkKind(request, running);
    const { cluster } = running;
    const endpoints = cluster ? await refreshImage(folder, running, cluster, install) : running;
    return `The lab is up already:\n${describe(endpoints, folder)}`;
  }
  if (await stopLab(folder)) say("removed what was left of a lab that no longer runs");
  const { nodes, ...options } = request;
  const endpoints =
    nodes === undefined
      ? await startLab({ ...options, folder, install })
      : await startCluster({ ...options, nodes, folder, install });
  return `The lab is up:\n${describe(endpoints, folder)}`;
}

await runEntry("up", async (signal) => {
  const options = parseUpOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(upHelp);
    return 0;
  }
  const morePrograms = options.nodes === undefined ? [] : clusterPrograms;
  const obstacle = decideRequirements(await readMachine(process.env, morePrograms));
  if (obstacle !== undefined) throw new ConfigError(obstacle);
  const places = readLabPlaces();
  process.stdout.write(await withLock(places.lockFile, () => bringUp(options, places, signal)));
  return 0;
});
