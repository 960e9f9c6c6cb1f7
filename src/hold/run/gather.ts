import type { KubeClient } from "../../kube/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { HoldConfig } from "../config.ts";
import type { AccessBook } from "./access-book.ts";
import { type ClusterFacts, readClusterFacts } from "./cluster-facts.ts";

/** What is asked for once in each interval. */
export interface Gatherer {
  /** The facts, asked for anew where they are too old; `fresh` tells that. Throws a `KubeError` where there are none. */
  facts(
    config: HoldConfig,
    signal: AbortSignal,
  ): Promise<{ readonly facts: ClusterFacts; readonly fresh: boolean }>;
  /** When they are asked for again. */
  dueMs(): number;
  /** They are asked for at the next call. */
  expire(): void;
  /** A call was refused: they are asked for soon, with all permissions. */
  doubt(): void;
}

interface Tools {
  readonly client: Pick<KubeClient, "get">;
  readonly access: AccessBook;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Logger;
}

const retryMs = 10_000;
/** However often something does not fit, and however short the interval. */
const leastMs = 2_000;

/** Asks for what no watch tells. */
export function createGatherer({ client, access, clock, log }: Tools): Gatherer {
  let last: ClusterFacts | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  let dueMs = 0;
  return {
    dueMs: () => dueMs,
    expire() {
      dueMs = 0;
    },
    doubt() {
      access.doubt();
      dueMs = Math.min(dueMs, askedMs + leastMs);
    },
    async facts(config, signal) {
      const nowMs = clock.nowMs();
      if (last !== undefined && nowMs < dueMs) return { facts: last, fresh: false };
      askedMs = nowMs;
      try {
        const facts = keepImage(last, await readClusterFacts(client, config, signal));
        // Not before: a server that has just started refuses everything, and says that nothing is allowed.
        await access.ask(config, signal);
        last = facts;
        dueMs = nowMs + Math.max(config.intervalMs, leastMs);
        // One that is gone may be about to be made again.
        if (facts.deployment === "gone") dueMs = Math.min(dueMs, nowMs + retryMs);
        return { facts, fresh: true };
      } catch (error) {
        if (last === undefined || signal.aborted) throw error;
        dueMs = nowMs + retryMs;
        log.debug("the cluster could not be asked; what was known counts", { error });
        return { facts: last, fresh: false };
      }
    },
  };
}

// Ours is the image that was there when we began: a new one has to run as the controller before pods depend on it.
function keepImage(before: ClusterFacts | undefined, now: ClusterFacts): ClusterFacts {
  const [was, is] = [before?.deployment, now.deployment];
  if (was === undefined || was === "gone" || is === "gone" || was.uid !== is.uid) return now;
  return { ...now, deployment: { ...is, image: was.image ?? is.image } };
}
