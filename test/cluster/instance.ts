import { kubectl, labNodes, variable } from "./lab.ts";
import { createWorkspace } from "./workspace.ts";

/** What `prestow deploy` is given. */
export interface InstanceOptions {
  /** Of the instance; names in a cluster are unique. */
  readonly name: string;
  /** The name where it is absent. */
  readonly namespace?: string;
  /** Of `--image-list`; without them the ConfigMap is the test's. */
  readonly images?: readonly string[];
  readonly flags?: readonly string[];
  /** What follows the name. */
  readonly positionals?: readonly string[];
  /** `--image` and its like; the lab's image where they are absent. */
  readonly imageFlags?: readonly string[];
}

/** An instance that a test deploys, in the lab's cluster. */
export interface Instance {
  readonly name: string;
  readonly namespace: string;
  /** Prints the manifest and applies it: to this list, where one is given. */
  apply(images?: readonly string[]): Promise<void>;
  /** Applies a manifest that is not from `prestow deploy`. */
  applyObjects(objects: readonly object[]): Promise<void>;
  /** Succeeds where the rollout does, in that time. */
  rollout(timeoutMs?: number): Promise<string>;
  logs(): Promise<string>;
  /** The instance's label of each node. */
  labels(): Promise<Record<string, string>>;
  /** How often the containers of its pods were restarted, init containers too, by pod. */
  restarts(): Promise<Record<string, number>>;
  /** Deletes all of it, the labels of nodes too. Once is enough, twice is no error. */
  remove(): Promise<void>;
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: Readonly<
    Record<"initContainerStatuses" | "containerStatuses", { restartCount: number }[] | undefined>
  >;
}

export function createInstance(options: InstanceOptions): Instance {
  const { name, namespace = name, flags = [], positionals = [], imageFlags } = options;
  const workspace = createWorkspace();
  const inNamespace = ["--namespace", namespace] as const;
  const image = imageFlags ?? ["--image", variable("PRESTOW_LAB_IMAGE")];
  let applied: string | undefined;

  const applyFile = async (file: string) => {
    applied = file;
    await kubectl("apply", "--validate=strict", ...inNamespace, "--filename", file);
  };
  return {
    name,
    namespace,
    async apply(images = options.images) {
      const list = images && ["--image-list", workspace.write("images.txt", `${images.join("\n")}\n`)];
      const args = [...inNamespace, ...image, ...(list ?? []), ...flags, name, ...positionals];
      const quoted = args.map((arg) => `'${arg}'`).join(" ");
      await applyFile(workspace.write("manifest.yaml", await workspace.run(`prestow deploy ${quoted}`)));
    },
    applyObjects: (items) =>
      applyFile(workspace.write("manifest.json", JSON.stringify({ apiVersion: "v1", kind: "List", items }))),
    async rollout(timeoutMs = 60_000) {
      try {
        const status = ["rollout", "status", `daemonset/${name}`, `--timeout=${timeoutMs}ms`] as const;
        return await kubectl(...status, ...inNamespace);
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\n${await explain(namespace)}`);
      }
    },
    logs: () => kubectl("logs", ...inNamespace, `daemonset/${name}`, "--container=prefetch"),
    labels: () => readLabels(name),
    async restarts() {
      const { items } = JSON.parse(await kubectl("get", "pods", ...inNamespace, "--output=json"));
      return Object.fromEntries((items as Pod[]).map((pod) => [pod.metadata.name, countRestarts(pod)]));
    },
    async remove() {
      if (applied !== undefined)
        await kubectl("delete", "--ignore-not-found", "--filename", applied, ...inNamespace);
      applied = undefined;
      await kubectl("label", "nodes", "--all", `image-prefetcher.stackrox.io/${name}-`);
      workspace.remove();
    },
  };
}

/** What a person would look at where pods do not become ready. */
async function explain(namespace: string): Promise<string> {
  const events = ["get", "events", "--namespace", namespace, "--field-selector=type=Warning"] as const;
  const pods = await kubectl("get", "pods", "--namespace", namespace, "--output=wide");
  return `${pods}${await kubectl(...events, "--output=custom-columns=:.involvedObject.name,:.message")}`;
}

function countRestarts({ status }: Pod): number {
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

async function readLabels(name: string): Promise<Record<string, string>> {
  const { items } = JSON.parse(await kubectl("get", "nodes", "--output=json"));
  const nodes = items as { metadata: { name: string; labels: Record<string, string> } }[];
  const labels = nodes.map(({ metadata }) => [
    metadata.name,
    metadata.labels[`image-prefetcher.stackrox.io/${name}`] ?? "",
  ]);
  return Object.fromEntries(labels);
}

/** The labels as they are when every node of the lab has this value. */
export function allNodes(value: string): Record<string, string> {
  return Object.fromEntries(labNodes().map(({ name }) => [name, value]));
}

/** Makes a namespace, anew where a broken-off run left it. */
export async function createNamespace(namespace: string): Promise<void> {
  await removeNamespace(namespace);
  await kubectl("create", "namespace", namespace);
}

export async function removeNamespace(namespace: string): Promise<void> {
  await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=true");
}
