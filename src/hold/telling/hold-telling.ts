import type { KubeClient } from "../../kube/client.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { readProcessUsage } from "../../results/agent/process-usage.ts";
import type { HoldStatus } from "../hold-status.ts";
import { createHoldEvents } from "./hold-events.ts";
import { createHoldHealth, type HoldHealth } from "./hold-health.ts";
import { createHoldLog } from "./hold-log.ts";
import { createHoldMetrics, type HoldMetrics } from "./hold-metrics.ts";
import { createStatusWriter, type StatusPlace } from "./status-writer.ts";

/** Whether, and to whom, the cluster is told. */
export interface ClusterTelling extends StatusPlace {
  readonly events: boolean;
  readonly status: boolean;
}

/** All that tells of what the controller does. */
export interface HoldTelling {
  readonly health: HoldHealth;
  readonly metrics: HoldMetrics;
  /** After each look; `place` is undefined where the cluster is not told: another replica leads, or there is no owner. */
  status(status: HoldStatus, place: ClusterTelling | undefined): void;
  tick(fault: Error | undefined): void;
}

export interface HoldTellingOptions {
  readonly version: string;
  readonly client: Pick<KubeClient, "get" | "post" | "put">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Between two writes of the status ConfigMap. */
  readonly quietMs?: number;
}

/** Wires them. */
export function createHoldTelling(options: HoldTellingOptions): HoldTelling {
  const health = createHoldHealth(options.clock);
  const metrics = createHoldMetrics(options.version, readProcessUsage);
  const log = createHoldLog(options.log);
  const events = createHoldEvents(options);
  const writer = createStatusWriter(options);
  return {
    health,
    metrics,
    status(status, place) {
      health.status(status);
      metrics.status(status);
      log.status(status);
      if (place === undefined) return;
      const { namespace, deploymentName: name } = place.config;
      if (place.events) events.status(status, { namespace, name, uid: place.ownerUid });
      if (place.status) writer.status(status, place);
    },
    tick(fault) {
      health.tick(fault);
      metrics.tick(fault);
    },
  };
}
