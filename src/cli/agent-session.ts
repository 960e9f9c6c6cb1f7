import { createDownloadWatch } from "../agent/download-watch.ts";
import { createKeeper } from "../agent/keep/keeper.ts";
import { openPullRecord } from "../agent/keep/record.ts";
import { createLeaseBook } from "../agent/lease-book.ts";
import { type AgentSettings, runAgent } from "../agent/loop/agent-loop.ts";
import { agentLeaseTtlMs } from "../agent/loop/agent-pull.ts";
import type { Keyring } from "../credentials/keyring.ts";
import type { Logger } from "../lib/log.ts";
import { createDesiredDecider } from "../plan/desired-images.ts";
import { combineObservers } from "../results/agent/observers.ts";
import { createSourceLog } from "../results/agent/source-log.ts";
import type { Telling } from "../results/agent/telling.ts";
import type { RuntimeVersion } from "../runtime/runtime.ts";
import type { AgentCluster } from "./agent-cluster.ts";
import type { AgentFlags } from "./agent-flags.ts";
import type { NodeView } from "./agent-node.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { AgentRuntime } from "./agent-runtime.ts";
import type { CliContext } from "./context.ts";

/** What one agent works with. */
export interface AgentSession {
  readonly options: AgentOptions;
  readonly flags: AgentFlags;
  readonly context: CliContext;
  readonly log: Logger;
  readonly node: AgentRuntime;
  readonly cluster: AgentCluster;
  readonly keyring: Keyring;
  /** Aborts when the agent is stopped, and when its socket is lost. */
  readonly signal: AbortSignal;
}

/** Without a terminal only what lasts is told. */
const unwatchedPatienceMs = 1000;

/** Runs the agent on its node, whose runtime has answered, until the signal aborts. Never rejects. */
export async function runOnNode(
  session: AgentSession,
  version: RuntimeVersion,
  telling: Telling,
  view: NodeView,
): Promise<void> {
  const { options, flags, context, log, node, cluster, keyring, signal } = session;
  const { clock, random } = context;
  const { runtime } = node;
  const { events, downloads, pins, use, disk } = node.extras(version, options.stateDir);
  const observer = combineObservers([telling.observer, createSourceLog(log, clock)]);
  const watch =
    downloads && createDownloadWatch(downloads, clock, log, undefined, signal, unwatchedPatienceMs);
  const leases = createLeaseBook(downloads, agentLeaseTtlMs, log);
  const record = await openPullRecord({ stateDir: options.stateDir, clock, log });
  const { pin, prune, syncPeriodMs } = options;
  const keeper = createKeeper(
    { pin, maxPinned: flags.maxPinned, prune, graceMs: syncPeriodMs },
    { runtime, pins, use, disk, record, clock, log, observe: observer.pruned },
  );
  await runAgent(
    loopSettings(options, flags),
    {
      runtime,
      pullTools: { runtime, keyring, watch, leases, clock, random, log },
      sources: cluster.sources,
      node: view.known,
      runNode: view.run,
      events,
      keeper,
      disk,
      decideDesired: createDesiredDecider(flags.images),
      observer,
      clock,
      random,
      log,
    },
    signal,
  );
}

function loopSettings(options: AgentOptions, { minFree }: AgentFlags): AgentSettings {
  return {
    maxParallel: options.maxParallel,
    syncPeriodMs: options.syncPeriodMs,
    minFree,
    stallTimeoutMs: options.stallTimeoutMs,
    initialTimeoutMs: options.initialPullAttemptTimeoutMs,
    maxTimeoutMs: options.maxPullAttemptTimeoutMs,
    initialDelayMs: options.initialPullAttemptDelayMs,
    maxDelayMs: options.maxPullAttemptDelayMs,
  };
}
