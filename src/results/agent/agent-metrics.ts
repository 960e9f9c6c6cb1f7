import type { Clock } from "../../lib/clock.ts";
import { retryRules } from "../../plan/retry.ts";
import type { AgentStatus } from "../agent-status.ts";
import type { MetricFamily, Sample } from "../metrics/exposition.ts";
import { durationBoundsSeconds } from "../metrics/totals.ts";
import { type AgentMetricName, agentMetricFamilies } from "./metric-table.ts";
import type { PartialObserver } from "./observers.ts";
import type { ProcessUsage } from "./process-usage.ts";
import { createPullTotals, type PullTotals } from "./pull-totals.ts";

export interface AgentMetricsOptions {
  readonly version: string;
  readonly clock: Pick<Clock, "nowMs">;
  readonly readUsage: () => ProcessUsage;
}

/** Counts what the agent does. */
export interface AgentMetrics extends PartialObserver {
  /** Everything as it is now, in the order of the table. */
  families(): MetricFamily[];
}

type Samples = Readonly<Record<AgentMetricName, readonly Sample[]>>;

/** Metrics of an agent that has done nothing yet. */
export function createAgentMetrics(options: AgentMetricsOptions): AgentMetrics {
  const { clock } = options;
  const totals = createPullTotals();
  const startMs = clock.nowMs();
  let status: AgentStatus | undefined;
  let pruned = 0;
  return {
    pull: totals.note,
    status(next) {
      status = next;
    },
    pruned() {
      pruned += 1;
    },
    families() {
      const ageMs = clock.nowMs() - (status?.listedMs ?? startMs);
      const samples: Samples = {
        ...imageSamples(status),
        ...pullSamples(totals),
        ...processSamples(options.readUsage()),
        prestow_agent_sync_age_seconds: [{ value: ageMs / 1000 }],
        prestow_agent_pruned: [{ value: pruned }],
        prestow_agent_build_info: [{ labels: { version: options.version }, value: 1 }],
      };
      return agentMetricFamilies.map(({ name, type, help }) => ({
        name,
        type,
        help,
        samples: samples[name],
      }));
    },
  };
}

function imageSamples(status: AgentStatus | undefined) {
  const images = status?.images ?? [];
  const count = (...phases: readonly string[]) => images.filter(({ phase }) => phases.includes(phase)).length;
  const failed = images.filter(({ phase, failure }) => phase !== "present" && failure !== undefined);
  const states: Readonly<Record<string, number>> = {
    desired: images.length,
    present: count("present"),
    pulling: count("pulling"),
    waiting: count("waiting", "queued"),
    failed: failed.length,
    held_back: count("held-back"),
  };
  const ofKind = (kind: string) => failed.filter(({ failure }) => failure?.kind === kind).length;
  return {
    prestow_agent_images: Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    prestow_agent_images_failed: Object.keys(retryRules).map((kind) => ({
      labels: { kind },
      value: ofKind(kind),
    })),
    prestow_agent_rejected_requests: [{ value: status?.rejected.length ?? 0 }],
    prestow_agent_source_synced: (status?.sources ?? []).map(({ name, state }) => ({
      labels: { source: name },
      value: state === "synced" ? 1 : 0,
    })),
    prestow_agent_pinned_images: [{ value: status?.pinned.images ?? 0 }],
    prestow_agent_pinned_bytes: [{ value: status?.pinned.bytes ?? 0 }],
  };
}

function pullSamples(totals: PullTotals) {
  const failed = [...totals.failed].map(([kind, value]) => ({ labels: { result: "failed", kind }, value }));
  return {
    prestow_agent_pulls: [{ labels: { result: "succeeded" }, value: totals.succeeded }, ...failed],
    prestow_agent_pull_duration_seconds: durationSamples(totals),
    prestow_agent_pulled_bytes: [{ value: totals.pulledBytes }],
    prestow_agent_downloading_bytes: [{ value: totals.downloadingBytes }],
  };
}

function durationSamples({ durationCounts, durationSumMs }: PullTotals): Sample[] {
  let below = 0;
  const buckets = durationCounts.map((count, index) => {
    below += count;
    return { suffix: "_bucket", labels: { le: formatBound(durationBoundsSeconds[index]) }, value: below };
  });
  return [...buckets, { suffix: "_sum", value: durationSumMs / 1000 }, { suffix: "_count", value: below }];
}

/** OpenMetrics wants `1.0`; the older text takes it, and so the same series come of both. */
function formatBound(seconds: number | undefined): string {
  if (seconds === undefined) return "+Inf";
  return Number.isInteger(seconds) ? seconds.toFixed(1) : String(seconds);
}

function processSamples({ residentBytes, cpuSeconds, startSeconds }: ProcessUsage) {
  return {
    process_resident_memory_bytes: [{ value: residentBytes }],
    process_cpu_seconds: [{ value: cpuSeconds }],
    process_start_time_seconds: [{ value: startSeconds }],
  };
}
