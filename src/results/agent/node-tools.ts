import type { KubeClient } from "../../kube/client.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { NodeFacts } from "../../plan/pod-placement.ts";

/** What is needed to change the agent's own node. */
export interface NodeTools {
  readonly client: Pick<KubeClient, "get" | "patch">;
  /** A name that `isNodeName` takes. */
  readonly nodeName: string;
  /** The node as it was last heard of; undefined where it may not be watched. */
  readonly node: () => NodeFacts | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Ends all work. */
  readonly signal: AbortSignal;
}

/** How long one call to the API server may take. */
export const nodeCallMs = 10_000;

/** A watch is this long behind at most: what it says so soon after a write of ours may be older than the write. */
export const nodeLagMs = 30_000;
