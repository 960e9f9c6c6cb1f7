import { rmSync } from "node:fs";
import { join } from "node:path";
import { cleanUp } from "./clean-up.ts";
import { createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { kubectl, type LabNodeVariables, labNodes } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

/** What `prestow deploy --strategy agent` is given. */
export interface AgentOptions {
  /** Of the agent and of its namespace. */
  readonly name: string;
  /** Of the list; without them there is none. */
  readonly images?: readonly string[];
  readonly deployFlags?: readonly string[];
  readonly agentFlags: readonly string[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly containerStatuses?: readonly ContainerStatus[] };
}

interface ContainerStatus {
  readonly containerID?: string;
  readonly restartCount: number;
  readonly lastState: object;
}

/** An agent that a test deploys, in the lab's cluster. */
export interface Agent {
  readonly namespace: string;
  /** Resolves when the agent of each node is ready. */
  rollout(timeoutMs?: number): Promise<void>;
  pods(): Promise<Pod[]>;
  podOn(node: string): Promise<Pod>;
  /** What the agent of a node has logged since its container was started. */
  logs(node: string): Promise<string>;
  /** How often its containers were restarted, by node. */
  restarts(): Promise<Record<string, number>>;
  /** Deletes all of it: its namespace, and on the nodes pins, label and record. */
  remove(): Promise<void>;
}

const stateFolder = "var/lib/prestow";

/** Takes away what an agent that was ended by force leaves on a node. */
async function clean(node: LabNodeVariables, nodeLabel: readonly string[]): Promise<void> {
  const workspace = createWorkspace();
  try {
    await workspace.run(`prestow unpin --all --cri-socket '${node.criSocket}'`);
  } finally {
    workspace.remove();
    rmSync(join(node.root, stateFolder), { recursive: true, force: true });
    for (const key of nodeLabel) await kubectl("label", "node", node.name, `${key}-`);
  }
}

function flagValues(flags: readonly string[], name: string): string[] {
  return flags.flatMap((flag) => (flag.startsWith(`${name}=`) ? [flag.slice(name.length + 1)] : []));
}

/** Deploys an agent in a namespace of its own. Flags with a value are given as `--flag=value`. */
export async function deployAgent(options: AgentOptions): Promise<Agent> {
  const { name, deployFlags = [], agentFlags } = options;
  const instance = createInstance({
    name,
    flags: ["--strategy=agent", ...deployFlags],
    positionals: ["--", ...agentFlags],
    ...(options.images === undefined ? {} : { images: options.images }),
  });
  await createNamespace(name);
  try {
    await instance.apply();
  } catch (error) {
    await removeNamespace(name);
    throw error;
  }
  const inNamespace = ["--namespace", name, "--selector", `app=${name}`] as const;
  const pods = async () => (await readObject<{ items: Pod[] }>("pods", ...inNamespace)).items;
  const podOn = async (node: string) => {
    const pod = (await pods()).find(({ spec }) => spec.nodeName === node);
    if (pod === undefined) throw new Error(`${node} has no pod of ${name}`);
    return pod;
  };
  return {
    namespace: name,
    async rollout(timeoutMs = 120_000) {
      await instance.rollout(timeoutMs);
    },
    pods,
    podOn,
    async logs(node) {
      return kubectl("logs", (await podOn(node)).metadata.name, "--namespace", name);
    },
    async restarts() {
      const counts = (await pods()).map(({ spec, status }) => {
        const restarts = status.containerStatuses?.map(({ restartCount }) => restartCount) ?? [];
        return [spec.nodeName, restarts.reduce((sum, count) => sum + count, 0)];
      });
      return Object.fromEntries(counts);
    },
    remove: () =>
      cleanUp(
        () => instance.remove(),
        () => removeNamespace(name),
        ...labNodes().map((node) => () => clean(node, flagValues(agentFlags, "--node-label"))),
      ),
  };
}
