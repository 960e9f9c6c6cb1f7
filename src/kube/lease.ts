import type { Clock, Random } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./errors.ts";
import { createLeaseCalls } from "./lease-calls.ts";
import { createLeaseRound } from "./lease-round.ts";
import { type LeaseTimings, leaseTimings } from "./lease-timings.ts";

/** Whether this process is the one of several that acts. */
export interface Leader {
  /** True only while nobody else can believe to lead. */
  isLeader(): boolean;
  /**
   * Takes and keeps the lease until the signal aborts, then gives it up; never rejects. `onChange` is called after each
   * change of `isLeader()`. Whoever must act to the last ends what it does before it aborts the signal.
   */
  run(onChange: (isLeader: boolean) => void, signal: AbortSignal): Promise<void>;
}

export interface LeaderOptions {
  readonly client: Pick<KubeClient, "get" | "post" | "put">;
  readonly namespace: string;
  readonly name: string;
  /** Of this process alone: the name of the pod, and a random part. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly timings?: Partial<LeaseTimings>;
}

/** What the account must be allowed, as it stands in a Role. */
export const leaseRule = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["get", "create", "update"],
} as const;

/** Refusals in succession before they are believed: a server that has just started refuses everybody for a while. */
const refusalsBelieved = { atFirst: 3, later: 30 };

/** Leader election by a Lease; where the account may not use one, everybody leads, which is said once. */
export function createLeader(options: LeaderOptions): Leader {
  const { clock, random, log, identity } = options;
  const timings = { ...leaseTimings, ...options.timings };
  const calls = createLeaseCalls(options.client, options);
  const round = createLeaseRound(calls, identity, clock, timings);
  let told = false;
  let refusals = 0;
  let isAlone = false;
  let isStopped = false;

  const isLeader = () => !isStopped && (isAlone || round.leads());

  const tell = (onChange: (isLeader: boolean) => void) => {
    if (told === isLeader()) return;
    told = !told;
    if (!isAlone) log.info(told ? "this replica leads" : "this replica leads no more", { identity });
    onChange(told);
  };

  const attempt = async (signal: AbortSignal): Promise<number> => {
    try {
      const holder = await round.attempt(signal);
      refusals = 0;
      isAlone = false;
      if (holder !== undefined) log.info("another replica leads", { holder });
      return round.leads() ? timings.renewMs : timings.retryMs;
    } catch (error) {
      if (signal.aborted) return 0;
      return fail(error);
    }
  };

  const fail = (error: unknown): number => {
    const isRefused = error instanceof KubeError && error.kind === "forbidden";
    const needed = round.hasWorked() ? refusalsBelieved.later : refusalsBelieved.atFirst;
    refusals = isRefused ? refusals + 1 : refusals;
    if (!isRefused || refusals < needed) {
      log.debug("the lease cannot be used just now", { error });
      return timings.retryMs;
    }
    if (!isAlone) {
      log.warn("no leader election possible, this replica acts as leader: run one only, or add this rule", {
        rule: leaseRule,
        error,
      });
    }
    isAlone = true;
    return timings.refusedMs;
  };

  return {
    isLeader,
    async run(onChange, signal) {
      while (!signal.aborted) {
        const delayMs = await attempt(signal);
        tell(onChange);
        // Not all at the same moment, and never so late that leadership lapses.
        await sleep(clock, delayMs * (0.9 + random() / 5), signal);
      }
      await round.release();
      isStopped = true;
      tell(onChange);
    },
  };
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
