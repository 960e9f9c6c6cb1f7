import type { AgentStatus } from "../agent-status.ts";
import { decideNodeState, type NodeState } from "./node-state.ts";
import { type NodeTools, nodeCallMs, nodeLagMs } from "./node-tools.ts";
import type { PartialObserver } from "./observers.ts";
import { createReconciler } from "./reconciler.ts";
import { createRefusalLog } from "./refusal-log.ts";

/** How long a state must last before it is written: a restart, or a pull of seconds, does not flap the label. */
const settleMs: Readonly<Record<NodeState, number>> = { pending: 5000, ready: 500, failed: 500 };

const rule = { apiGroups: [""], resources: ["nodes"], verbs: ["patch"] };

/**
 * Keeps the label `key` of this node at what the node says of its images. It is written on change only and stays when
 * the agent ends: `prestow unpin --all` takes it away.
 */
export function createStateLabel(key: string, tools: NodeTools): PartialObserver {
  const { clock, log, nodeName, signal } = tools;
  const written = createWrittenLabel(key, tools);
  let wanted: NodeState | undefined;
  let sinceMs = 0;

  const apply = async () => {
    const value = wanted;
    if (value === undefined || value === written.current()) return undefined;
    const remainingMs = sinceMs + settleMs[value] - clock.nowMs();
    if (remainingMs > 0) return remainingMs;
    const body = { metadata: { labels: { [key]: value } } };
    const bounds = { timeoutMs: nodeCallMs, signal };
    await tools.client.patch(`/api/v1/nodes/${nodeName}`, body, { type: "strategic" }, bounds);
    written.note(value);
    log.info("node label written", { node: nodeName, label: key, value });
    return wanted === value ? undefined : 0;
  };

  const failed = createRefusalLog(log, "node label not written", rule);
  const reconciler = createReconciler({ ...tools, apply, failed });
  return {
    status(status: AgentStatus) {
      const value = decideNodeState(status);
      if (value !== wanted) sinceMs = clock.nowMs();
      wanted = value;
      reconciler.wake();
    },
  };
}

/** The label as far as it is known: what the watch says, but for the time that it may lag behind our own write. */
function createWrittenLabel(key: string, { node, clock }: NodeTools) {
  let own: { value: string; atMs: number; facts: unknown } | undefined;
  return {
    current(): string | undefined {
      const facts = node();
      if (own === undefined) return facts?.labels[key];
      // A watch that stands still says nothing new, however old it is.
      const isNews = facts !== own.facts && clock.nowMs() - own.atMs > nodeLagMs;
      return facts !== undefined && isNews ? facts.labels[key] : own.value;
    },
    note(value: string) {
      own = { value, atMs: clock.nowMs(), facts: node() };
    },
  };
}
