import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { isRecord } from "../../lib/record.ts";
import { createReconciler } from "../../results/agent/reconciler.ts";
import type { HoldConfig } from "../config.ts";
import type { HoldStatus } from "../hold-status.ts";
import { createStatusData, createStatusObject } from "./status-object.ts";

/** Where the status is written, and for whom. */
export interface StatusPlace {
  readonly config: HoldConfig;
  readonly name: string;
  readonly ownerUid: string;
}

/** Writes the status into its ConfigMap, each change once and none too often. */
export interface StatusWriter {
  status(status: HoldStatus, place: StatusPlace): void;
}

interface Tools {
  readonly client: Pick<KubeClient, "get" | "post" | "put">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Between two writes. */
  readonly quietMs?: number;
}

const callMs = 10_000;
const usualQuietMs = 5_000;

/** A writer that ends when its signal aborts; whatever becomes of the ConfigMap, nothing else suffers. */
export function createStatusWriter(tools: Tools): StatusWriter {
  const { clock, random, log, signal, quietMs = usualQuietMs } = tools;
  let wanted: { readonly data: Readonly<Record<string, string>>; readonly place: StatusPlace } | undefined;
  let written: string | undefined;
  let writtenMs = Number.NEGATIVE_INFINITY;

  const apply = async (): Promise<number | undefined> => {
    if (wanted === undefined) return undefined;
    const waitMs = writtenMs + quietMs - clock.nowMs();
    if (waitMs > 0) return waitMs;
    const { data, place } = wanted;
    const text = `${place.ownerUid} ${JSON.stringify(data)}`;
    if (text === written) return undefined;
    await write(tools, data, place);
    written = text;
    writtenMs = clock.nowMs();
    return undefined;
  };

  const failed = (error: Error, failures: number) => {
    written = undefined;
    (failures === 1 ? log.warn : log.debug)("the status ConfigMap is not written, trying again", { error });
  };
  const reconciler = createReconciler({ apply, failed, clock, random, signal });
  return {
    status(status, place) {
      wanted = { data: createStatusData(status), place };
      reconciler.wake();
    },
  };
}

async function write(
  { client, signal }: Tools,
  data: Readonly<Record<string, string>>,
  { config, name, ownerUid }: StatusPlace,
): Promise<void> {
  const bounds = { timeoutMs: callMs, signal };
  const path = `/api/v1/namespaces/${encodeURIComponent(config.namespace)}/configmaps`;
  const own = `${path}/${encodeURIComponent(name)}`;
  const object = createStatusObject(config, name, ownerUid, data);
  try {
    const live = await client.get(own, bounds);
    const before = isRecord(live) && isRecord(live["metadata"]) ? live["metadata"] : {};
    // With the version of what was read: of two that write one has to read again.
    const metadata = { ...before, ...object.metadata };
    await client.put(own, { ...object, metadata }, bounds);
  } catch (error) {
    if (!(error instanceof KubeError) || error.kind !== "not-found") throw error;
    await client.post(path, object, bounds);
  }
}
