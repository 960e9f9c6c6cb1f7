import type { KubeClient } from "../../kube/client.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { NodeFacts } from "../../plan/pod-placement.ts";
import type { Source } from "../../sources/source.ts";
import type { AgentObserver } from "../agent-status.ts";
import { type AgentMetrics, createAgentMetrics } from "./agent-metrics.ts";
import { type AgentHealth, createAgentHealth } from "./health.ts";
import { createNodeEvents, type NodeEventsOptions } from "./node-events.ts";
import { combineObservers, type PartialObserver } from "./observers.ts";
import { createOwnerLog } from "./owner-log.ts";
import { readProcessUsage } from "./process-usage.ts";
import { createPullLog } from "./pull-log.ts";
import { createStartupTaint } from "./startup-taint.ts";
import { createStateLabel } from "./state-label.ts";

export interface TellingOptions {
  readonly version: string;
  readonly syncPeriodMs: number;
  readonly sources: readonly Pick<Source, "current">[];
  /** Undefined: the agent does not know its node, or there is no API server. */
  readonly node: TellingNode | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The node that is told of, and by which means. */
export interface TellingNode {
  readonly client: Pick<KubeClient, "get" | "patch"> & NodeEventsOptions["client"];
  readonly nodeName: string;
  readonly facts: () => NodeFacts | undefined;
  /** Key of the node label; undefined: none is written. */
  readonly label: string | undefined;
  readonly startupTaint: { readonly key: string; readonly timeoutMs: number } | undefined;
  readonly events: boolean;
}

/** All that tells what the agent does. */
export interface Telling {
  readonly observer: AgentObserver;
  readonly health: AgentHealth;
  readonly metrics: AgentMetrics;
}

/** Everything that tells, put together; what writes to the API server ends with the signal and can fail nothing. */
export function createTelling(options: TellingOptions): Telling {
  const { clock, log, node, sources } = options;
  const health = createAgentHealth(options);
  const metrics = createAgentMetrics({ ...options, readUsage: readProcessUsage });
  const owners = createOwnerLog(log, (owner) => asksFor(sources, owner));
  const parts = node === undefined ? [] : createNodeParts(node, options);
  const observer = combineObservers([createPullLog(log, clock), owners, metrics, health, ...parts]);
  return { observer, health, metrics };
}

function createNodeParts(node: TellingNode, options: TellingOptions): PartialObserver[] {
  const { client, nodeName, label, startupTaint } = node;
  const tools = { ...options, client, nodeName, node: node.facts };
  const events = node.events ? createNodeEvents({ ...tools, client }) : undefined;
  const onTimeout = (message: string) => events?.report("StartupTaintTimeout", message);
  return [
    ...(events === undefined ? [] : [events]),
    ...(label === undefined ? [] : [createStateLabel(label, tools)]),
    ...(startupTaint === undefined ? [] : [createStartupTaint({ ...startupTaint, onTimeout }, tools)]),
  ];
}

function asksFor(
  sources: readonly Pick<Source, "current">[],
  { kind, namespace, name }: { kind: string; namespace: string; name: string },
): boolean {
  return sources.some((source) =>
    source.current().images.some(({ owner }) => {
      return owner?.name === name && owner.namespace === namespace && owner.kind === kind;
    }),
  );
}
