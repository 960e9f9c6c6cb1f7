import { existsSync } from "node:fs";
import { join } from "node:path";
import { compileLauncher } from "../../lab/image/launcher.ts";
import type { Command } from "../contestants.ts";
import type { ContestantName } from "../measurement.ts";

/** A node agent that is measured beside another. */
export interface AgentContestant {
  readonly name: ContestantName;
  /** Watches the Fleets of a cluster and keeps their images in the runtime behind the socket. */
  command(options: {
    readonly kubeconfig: string;
    readonly metrics: string;
    readonly syncPeriod: string;
  }): Command;
  /** Its environment beside PATH. */
  environment(socket: string): Record<string, string>;
}

/** Ours as the image starts it, by its launcher; and the syncer, where its binary is given. */
export async function createAgentContestants(options: {
  readonly folder: string;
  readonly node: string;
  readonly bundle: string;
  readonly agentBundle: string;
  readonly peers: string | undefined;
}): Promise<AgentContestant[]> {
  const { folder, node, bundle, agentBundle, peers } = options;
  const launcher = join(folder, "prestow");
  const { env: environment } = process;
  await compileLauncher({ environment, output: launcher, nodes: [node], bundle, agentBundle });
  const prestow: AgentContestant = {
    name: "prestow",
    command: ({ kubeconfig, metrics, syncPeriod }) => [
      launcher,
      "agent",
      `--kubeconfig=${kubeconfig}`,
      `--metrics-bind-address=${metrics}`,
      `--sync-period=${syncPeriod}`,
      `--state-dir=${join(folder, "state")}`,
    ],
    environment: (socket) => ({ CONN_TARGET: `unix://${socket}` }),
  };
  return [prestow, ...(peers === undefined ? [] : [createSyncer(peers)])];
}

function createSyncer(peers: string): AgentContestant {
  const program = join(peers, "octops-image-syncer");
  if (!existsSync(program)) throw new Error(`PRESTOW_PEERS: there is no octops-image-syncer in ${peers}`);
  return {
    name: "image-syncer",
    command: ({ kubeconfig, metrics, syncPeriod }) => [
      program,
      `--kubeconfig=${kubeconfig}`,
      `--metrics-bind-address=${metrics}`,
      `--sync-period=${syncPeriod}`,
    ],
    environment: (socket) => ({ CONN_TARGET: `unix://${socket}` }),
  };
}
