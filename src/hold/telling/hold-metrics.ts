import type { ProcessUsage } from "../../results/agent/process-usage.ts";
import type { MetricFamily, Sample } from "../../results/metrics/exposition.ts";
import type { HeldImageStatus, HoldStatus } from "../hold-status.ts";
import type { ReferencePhase } from "../promotion/report.ts";
import { type HoldMetricName, holdMetricFamilies } from "./hold-metric-table.ts";

/** Counts what the controller does. */
export interface HoldMetrics {
  status(status: HoldStatus): void;
  tick(fault: Error | undefined): void;
  /** Everything as it is now, in the order of the table. */
  families(): MetricFamily[];
}

const phases: readonly ReferencePhase[] = ["unproven", "probing", "proven", "failing"];

/** Metrics of a controller that has done nothing yet. */
export function createHoldMetrics(version: string, readUsage: () => ProcessUsage): HoldMetrics {
  let status: HoldStatus | undefined;
  const looks = { succeeded: 0, failed: 0 };
  return {
    status(next) {
      status = next;
    },
    tick(fault) {
      looks[fault === undefined ? "succeeded" : "failed"] += 1;
    },
    families() {
      const samples: Readonly<Record<HoldMetricName, readonly Sample[]>> = {
        ...stateSamples(status),
        ...imageSamples(status?.images ?? []),
        ...processSamples(readUsage()),
        prestow_hold_looks: Object.entries(looks).map(([result, value]) => ({ labels: { result }, value })),
        prestow_hold_build_info: [{ labels: { version }, value: 1 }],
      };
      return holdMetricFamilies.map(({ name, type, help }) => ({ name, type, help, samples: samples[name] }));
    },
  };
}

function stateSamples(status: HoldStatus | undefined) {
  const { desired = 0, ready = 0, waiting = 0, open = 0, stuck = 0 } = status?.nodes ?? {};
  const flag = (value: boolean) => [{ value: value ? 1 : 0 }];
  return {
    prestow_hold_leading: flag(status?.leading === true),
    prestow_hold_nodes: byLabel("state", { desired, ready }),
    prestow_hold_slots: byLabel("state", { waiting, open, stuck }),
    prestow_hold_problem: flag(status?.problem !== undefined),
    prestow_hold_configuration_refused: flag((status?.configFaults.length ?? 0) > 0),
  };
}

function imageSamples(images: readonly HeldImageStatus[]) {
  const count = (phase: ReferencePhase) => images.filter((image) => image.phase === phase).length;
  return {
    prestow_hold_images: phases.map((phase) => ({ labels: { phase }, value: count(phase) })),
    prestow_hold_image_ready_nodes: images.flatMap(({ name, readyNodes }) =>
      readyNodes === undefined ? [] : [{ labels: { image: name }, value: readyNodes }],
    ),
    prestow_hold_image_failed_nodes: images.flatMap(({ name, nodeFailures }) =>
      Object.entries(nodeFailures).map(([reason, value]) => ({ labels: { image: name, reason }, value })),
    ),
    prestow_hold_image_failures: images.map(({ name, failures }) => ({
      labels: { image: name },
      value: failures,
    })),
  };
}

function processSamples({ residentBytes, cpuSeconds, startSeconds }: ProcessUsage) {
  return {
    process_resident_memory_bytes: [{ value: residentBytes }],
    process_cpu_seconds: [{ value: cpuSeconds }],
    process_start_time_seconds: [{ value: startSeconds }],
  };
}

function byLabel(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
