import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeClient } from "../../src/kube/client.ts";
import { listMissing } from "../../test/cluster/images.ts";
import type { LabNodeVariables } from "../../test/cluster/lab.ts";
import type { AgentContestant } from "./contestants.ts";
import { type RunningAgent, startAgent } from "./running-agent.ts";

/** What the agents run on: a cluster in which each has a node for itself. */
export interface AgentStage {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly nodes: readonly LabNodeVariables[];
  readonly contestants: readonly AgentContestant[];
  /** True once every node that has an agent lists the image. */
  presentEverywhere(image: string): Promise<true | undefined>;
}

const waitMs = 120_000;
const calmMs = 20_000;
let ports = 18_095;

/** Starts one agent for each contestant, each on a node of its own. */
export async function startAll(
  stage: AgentStage,
  { syncPeriod }: { readonly syncPeriod: string },
): Promise<RunningAgent[]> {
  const agents: RunningAgent[] = [];
  try {
    for (const [index, contestant] of stage.contestants.entries()) {
      const node = stage.nodes[index];
      if (node === undefined) throw new Error("there are more agents than nodes");
      ports += 1;
      agents.push(
        await startAgent(contestant, {
          kubeconfig: stage.kubeconfig,
          metrics: `127.0.0.1:${ports}`,
          syncPeriod,
          socket: join(stage.folder, `cri-${ports}.sock`),
          upstream: node.criSocket,
        }),
      );
    }
    return agents;
  } catch (error) {
    await stopAll(agents);
    throw error;
  }
}

export async function stopAll(agents: readonly RunningAgent[]): Promise<void> {
  await Promise.all(agents.map((agent) => agent.stop()));
}

/** Waits until our agent has pulled all images, each agent has looked, and all that comes of it has settled. */
export async function waitForCalm(agents: readonly RunningAgent[], images: number): Promise<void> {
  const ours = agents.find(({ name }) => name === "prestow");
  await waitFor(
    async () => ((ours?.proxy.calls("PullImage").length ?? images) >= images ? true : undefined),
    `${images} pulls`,
  );
  await delay(calmMs);
}

/** Looks every few milliseconds until there is a value; throws after `timeoutMs`. */
export async function waitFor<T>(
  look: () => Promise<T | undefined>,
  what: string,
  timeoutMs = waitMs,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (performance.now() > endMs) throw new Error(`no sign of ${what} in ${timeoutMs} ms`);
    await delay(5);
  }
}

/** Whether all nodes that have an agent list the image. */
export async function isPresent(
  nodes: readonly LabNodeVariables[],
  image: string,
): Promise<true | undefined> {
  const missing = await Promise.all(nodes.map((node) => listMissing(node, [image])));
  return missing.flat().length === 0 ? true : undefined;
}
