import { createKubeClient, type KubeClient } from "../kube/client.ts";
import type { Informer } from "../kube/informed.ts";
import { createInformer } from "../kube/informer.ts";
import { readKubeLogin } from "../kube/login.ts";
import { ConfigError } from "../lib/config-error.ts";
import type { Logger } from "../lib/log.ts";
import type { NodeFacts } from "../plan/pod-placement.ts";
import { isNodeName } from "../results/node-label-name.ts";
import { createFleetSource, extractFleet, fleetPath } from "../sources/fleets.ts";
import { createListSource } from "../sources/list-source.ts";
import { parseNodeFacts } from "../sources/node-facts.ts";
import type { ObjectFilters } from "../sources/object-filters.ts";
import type { Source, SourceName } from "../sources/source.ts";
import { createTextPool } from "../sources/text-pool.ts";
import { createWorkloadSource, extractWorkload, workloadKinds, workloadPaths } from "../sources/workloads.ts";
import { version } from "../version.ts";
import type { AgentFlags } from "./agent-flags.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { CliContext } from "./context.ts";

/** What the agent knows of the cluster, and by which means. */
export interface AgentCluster {
  /** Undefined where there is no API server to be asked, and no source needs one. */
  readonly client: KubeClient | undefined;
  readonly sources: readonly Source[];
  readonly node: ClusterNode | undefined;
  close(): void;
}

/** The Node object of this node. */
export interface ClusterNode {
  readonly name: string;
  readonly informer: Informer<NodeFacts>;
}

type Inform = <T>(
  path: string,
  extract: (object: unknown) => T | undefined,
  fieldSelector?: string,
) => Informer<T>;

/** Wires the sources and what they need. Throws a `ConfigError`; makes no call. */
export async function createCluster(
  options: AgentOptions,
  flags: AgentFlags,
  context: CliContext,
  log: Logger,
): Promise<AgentCluster> {
  const client = await createClient(options, flags, context, log);
  const name = readNodeName(flags, context, log);
  const { clock, random } = context;
  const inform: Inform = (path, extract, fieldSelector) => {
    if (client === undefined) throw new ConfigError("no API server is known");
    const selector = fieldSelector === undefined ? {} : { fieldSelector };
    return createInformer({ client, path, extract, clock, random, log, ...selector });
  };
  const create = createSources(flags.objects, inform);
  const list = () => createListSource({ path: options.imageListFile ?? "", clock, log });
  return {
    client,
    sources: flags.sources.map((source) => (source === "list" ? list() : create[source]())),
    node:
      name === undefined || client === undefined
        ? undefined
        : { name, informer: inform("/api/v1/nodes", parseNodeFacts, `metadata.name=${name}`) },
    close: () => client?.close(),
  };
}

function createSources(
  filters: ObjectFilters,
  inform: Inform,
): Record<Exclude<SourceName, "list">, () => Source> {
  const pool = createTextPool();
  const place = (path: string) => inNamespaces(path, filters.namespaces);
  return {
    fleets: () => {
      const informer = inform(place(fleetPath), (object) => extractFleet(object, filters, pool));
      return createFleetSource({ informer });
    },
    workloads: () => {
      const informers = workloadKinds.map(
        (kind) => [kind, inform(place(workloadPaths[kind]), extractWorkload(kind, filters, pool))] as const,
      );
      return createWorkloadSource({ informers: new Map(informers) });
    },
  };
}

async function createClient(
  { kubeconfig, master }: AgentOptions,
  { sources }: AgentFlags,
  { env, clock }: CliContext,
  log: Logger,
): Promise<KubeClient | undefined> {
  // A list needs no API server, and nobody is told of a node without a name.
  const isNeeded = sources.some((source) => source !== "list") || Boolean(kubeconfig || master);
  if (!isNeeded && !env["NODE_NAME"]) return undefined;
  try {
    const config = await readKubeLogin({ kubeconfig, master, env, clock });
    return createKubeClient({ config, userAgent: `prestow/${version}`, clock });
  } catch (error) {
    if (isNeeded || !(error instanceof ConfigError)) throw error;
    log.warn("no placement, label, taint or event: the API server cannot be used", { error });
    return undefined;
  }
}

function readNodeName(flags: AgentFlags, { env }: CliContext, log: Logger): string | undefined {
  const name = env["NODE_NAME"] ?? "";
  if (isNodeName(name)) return name;
  const why = name === "" ? "NODE_NAME is not set" : "NODE_NAME is no name of a node";
  // Who asks for a taint to go has nodes that stay closed without it.
  const asked = flags.startupTaint === undefined ? flags.nodeLabel && "node-label" : "startup-taint";
  if (asked !== undefined)
    throw new ConfigError(`--${asked}: ${why}; in a pod, set it from the field spec.nodeName`);
  log.info("every image is taken to be for this node, and there is no label, taint or event", { why });
  return undefined;
}

/** One namespace alone is all that is listed, which then is all that the account must be allowed. */
function inNamespaces(path: string, namespaces: readonly string[]): string {
  const [namespace, ...others] = namespaces;
  if (namespace === undefined || others.length > 0) return path;
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash)}/namespaces/${namespace}${path.slice(slash)}`;
}
