import { KubeError } from "../../kube/errors.ts";
import type { HoldConfig } from "../config.ts";
import { type HoldStatus, noNodes } from "../hold-status.ts";
import { statusName } from "./access.ts";
import type { AccessBook } from "./access-book.ts";
import { type ClusterFacts, getOrNone } from "./cluster-facts.ts";
import type { Gatherer } from "./gather.ts";
import type { HoldTools } from "./hold-tools.ts";
import { createHoldWork } from "./hold-work.ts";
import { createLeadingClient } from "./leading-client.ts";
import { ownLease } from "./lease-owner.ts";
import { type Look, takeLook } from "./look.ts";
import { earliest } from "./look-parts.ts";
import { daemonSetPath } from "./paths.ts";
import type { Watchers } from "./watchers.ts";

/** One look at the world and what follows from it. */
export interface HoldTurn {
  /** Resolves to when to look again, though nothing happens. Throws a `KubeError`. */
  run(signal: AbortSignal): Promise<number>;
  /** uid of the Deployment that was there last. */
  ownerUid(): string | undefined;
}

interface TurnTools extends HoldTools {
  readonly access: AccessBook;
  readonly gatherer: Gatherer;
  readonly watchers: Watchers;
  readonly onChange: () => void;
}

type State = Omit<HoldStatus, "configFaults">;

/** Gathers, decides and applies, in this order; only the leader writes. */
export function createHoldTurn(tools: TurnTools): HoldTurn {
  const { source, client, leader, access, gatherer, watchers, onChange, clock } = tools;
  const writing = { ...tools, client: createLeadingClient(client, leader) };
  const work = createHoldWork(writing, source.current());
  let wasLeader = false;
  let leaseOwner: string | undefined;
  let isThere = false;
  let ownerUid: string | undefined;
  /** Where it may not be watched: as it was at the last look of the interval, or after a write. */
  let got: Look["daemonSet"] | undefined;

  const findDaemonSet = async (config: HoldConfig, signal: AbortSignal): Promise<Look["daemonSet"]> => {
    if (access.has("watch")) return watchers.daemonSet();
    got ??= { known: true, object: await getOrNone(client, daemonSetPath(config), signal) };
    return got;
  };

  // It may have gone with its owner: a new one with the old owner would go at once, too.
  const confirm = async (
    config: HoldConfig,
    facts: ClusterFacts,
    { known, object }: Look["daemonSet"],
    signal: AbortSignal,
  ) => {
    const wasThere = isThere;
    isThere = object !== undefined;
    if (!known || isThere || !wasThere) return facts;
    gatherer.expire();
    return (await gatherer.facts(config, signal)).facts;
  };

  const lead = async (config: HoldConfig, facts: ClusterFacts, signal: AbortSignal) => {
    if (!wasLeader) {
      work.forget();
      got = undefined;
    }
    wasLeader = true;
    const daemonSet = await findDaemonSet(config, signal);
    const now = await confirm(config, facts, daemonSet, signal);
    const result = takeLook(config, now, daemonSet, watchers, access);
    if ("problem" in result)
      return { status: { ...halted(true), ...result }, wakeMs: undefined, wrote: false };
    const { look } = result;
    const { uid } = look.deployment;
    if (leaseOwner !== uid && (await ownLease(client, config, uid, signal))) leaseOwner = uid;
    const done = await work.run(look, onChange, signal);
    // Without a watch a write is seen by asking again.
    if (done.wrote) got = undefined;
    return done;
  };

  const run = async (signal: AbortSignal): Promise<number> => {
    const config = source.current();
    const { facts, fresh } = await gatherer.facts(config, signal);
    if (facts.deployment !== "gone") ownerUid = facts.deployment.uid;
    if (fresh) work.doubt();
    if (fresh) got = leaseOwner = undefined;
    watchers.start(access.has, onChange, signal);
    const isLeader = leader.isLeader();
    if (!isLeader) wasLeader = false;
    const { status, wakeMs } = isLeader
      ? await lead(config, facts, signal)
      : { status: halted(false), wakeMs: undefined };
    tell(tools, config, facts, status);
    return earliest([wakeMs, gatherer.dueMs()]) ?? clock.nowMs();
  };

  return {
    ownerUid: () => ownerUid,
    async run(signal) {
      try {
        return await run(signal);
      } catch (error) {
        // Something was taken away: permissions, or the Deployment itself.
        if (error instanceof KubeError && error.kind === "forbidden") gatherer.doubt();
        got = undefined;
        throw error;
      }
    },
  };
}

function halted(leading: boolean): State {
  const known = { leading, mode: undefined, modeReason: "", images: [], nodes: noNodes };
  return { ...known, problem: undefined, pending: undefined };
}

function tell(
  { telling, source, access }: TurnTools,
  config: HoldConfig,
  { deployment }: ClusterFacts,
  state: State,
): void {
  const status = { ...state, configFaults: source.faults() ?? [] };
  const mayTell = state.leading && deployment !== "gone";
  const place = mayTell && {
    config,
    name: statusName(config),
    ownerUid: deployment.uid,
    events: access.has("events"),
    status: access.has("status"),
  };
  telling.status(status, place || undefined);
}
