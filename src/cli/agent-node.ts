import { KubeError } from "../kube/errors.ts";
import type { Logger } from "../lib/log.ts";
import type { NodeFacts } from "../plan/pod-placement.ts";
import type { ClusterNode } from "./agent-cluster.ts";

/** What the agent knows of its own node. */
export interface NodeView {
  /** Undefined where it is not known: not yet, or never, because the agent may not watch it. */
  facts(): NodeFacts | undefined;
  /** The same, and `waiting` where it is worth a moment: what is desired here depends on it. */
  known(): NodeFacts | undefined | "waiting";
  /** Undefined where no node is watched. */
  readonly run: ((onChange: () => void, signal: AbortSignal) => Promise<void>) | undefined;
}

/** So long an API server that does not answer at all keeps images from being pulled. */
const patienceMs = 5000;
const rule = 'apiGroups [""], resources ["nodes"], verbs ["list", "watch"]';

/** The node by its informer; the kubelet's sign of life, which changes nothing here, makes no new facts. */
export function createNodeView(node: ClusterNode | undefined, log: Logger): NodeView {
  if (node === undefined) return { facts: () => undefined, known: () => undefined, run: undefined };
  const { informer, name } = node;
  let last: { readonly facts: NodeFacts; readonly text: string } | undefined;
  let patient = true;
  let said = false;

  const facts = () => {
    const now = informer.objects.get(name);
    if (now === undefined) return undefined;
    if (now === last?.facts) return now;
    const text = JSON.stringify(now);
    if (text !== last?.text) last = { facts: now, text };
    return last.facts;
  };
  const sayRefused = () => {
    const { lastError } = informer;
    if (said || !(lastError instanceof KubeError) || lastError.kind !== "forbidden") return;
    said = true;
    const effect = "every image is taken to be for this node";
    log.warn(`this node may not be watched, so that ${effect}`, { rule, error: lastError });
  };
  return {
    facts,
    known: () => (informer.state === "starting" && patient ? "waiting" : facts()),
    async run(onChange, signal) {
      const timer = setTimeout(() => {
        patient = false;
        onChange();
      }, patienceMs);
      try {
        await informer.run(() => {
          sayRefused();
          onChange();
        }, signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
