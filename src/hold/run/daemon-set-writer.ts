import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { CallBounds } from "../../lib/call-bounds.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { HoldConfig } from "../config.ts";
import { type DaemonSetChange, decideDaemonSetChange } from "../objects/daemon-set-change.ts";
import { detailsAnnotation, templateAnnotation } from "../objects/names.ts";
import type { HoldDaemonSet } from "../objects/object-types.ts";
import { callMs } from "./call-ms.ts";
import { getOrNone } from "./cluster-facts.ts";
import { daemonSetPath, daemonSetsPath } from "./paths.ts";

type Client = Pick<KubeClient, "get" | "post" | "put" | "delete">;

/** What became of the DaemonSet: it is as desired, it was written, or it has to be looked at again. */
export type WriteOutcome =
  | { readonly kind: "same" | "written" | "again" }
  | { readonly kind: "refused"; readonly reason: string };

interface Tools {
  readonly client: Client;
  readonly config: HoldConfig;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Logger;
}

/** What was refused is not asked for again before that. */
const refusedMs = 30_000;

export interface DaemonSetWriter {
  /** Makes the live one as desired; `seen` is what was heard of it. Throws a `KubeError`. */
  write(
    seen: { readonly known: boolean; readonly object: unknown },
    desired: HoldDaemonSet,
    mayUpdate: boolean,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
}

/** Writes the DaemonSet by POST, PUT and DELETE: kubernetes-image-puller's Role knows no patch. */
export function createDaemonSetWriter({ client, config, clock, log }: Tools): DaemonSetWriter {
  let refused: { readonly key: string; readonly untilMs: number; readonly reason: string } | undefined;
  return {
    async write(seen, desired, mayUpdate, signal) {
      if (seen.known && decideDaemonSetChange(seen.object, desired).kind === "none") return { kind: "same" };
      const key = keyOf(desired);
      if (refused?.key === key && clock.nowMs() < refused.untilMs)
        return { kind: "refused", reason: refused.reason };
      // What was heard may be older than our last write.
      const live = await getOrNone(client, daemonSetPath(config), signal);
      const change = decideDaemonSetChange(live, desired);
      try {
        return await apply(client, config, change, mayUpdate, log, signal);
      } catch (error) {
        // Somebody was faster; the next look decides anew.
        if (error instanceof KubeError && ["conflict", "not-found"].includes(error.kind))
          return { kind: "again" };
        if (!(error instanceof KubeError) || error.kind !== "invalid") throw error;
        // What is wrong in the configuration is known to the API server alone; what is held stays held.
        const reason = `the API server refuses the DaemonSet: ${error.message}`;
        refused = { key, untilMs: clock.nowMs() + refusedMs, reason };
        return { kind: "refused", reason };
      }
    },
  };
}

async function apply(
  client: Client,
  config: HoldConfig,
  change: DaemonSetChange,
  mayUpdate: boolean,
  log: Logger,
  signal: AbortSignal,
): Promise<WriteOutcome> {
  const bounds = { timeoutMs: callMs, signal };
  const path = daemonSetPath(config);
  const fields = { daemonSet: `${config.namespace}/${config.daemonSetName}` };
  if (change.kind === "none") return { kind: "same" };
  if (change.kind === "wait") return { kind: "again" };
  if (change.kind === "refuse") return { kind: "refused", reason: change.reason };
  if (change.kind === "create") {
    log.info("DaemonSet created", fields);
    await client.post(daemonSetsPath(config), change.object, bounds);
    return { kind: "written" };
  }
  if (change.kind !== "recreate" && mayUpdate) {
    await client.put(path, change.object, bounds);
    log.info(change.kind === "adopt" ? "DaemonSet taken over" : "DaemonSet updated", {
      ...fields,
      reason: change.reason,
    });
    return { kind: "written" };
  }
  // All else is not worth that every pod goes.
  if (change.kind !== "recreate" && !change.templateChanged) return { kind: "same" };
  const object = change.kind === "recreate" ? change.object : change.fresh;
  await checkCreatable(client, config, object, bounds);
  log.info("DaemonSet deleted, to be created again", { ...fields, reason: change.reason });
  signal.throwIfAborted();
  // A stop between the two calls would leave nothing held: they end together.
  const whole = { timeoutMs: callMs };
  await client.delete(path, whole);
  await client.post(daemonSetsPath(config), object, whole);
  return { kind: "written" };
}

/** Throws a `KubeError` where the API server would not take it: nothing is deleted for what cannot be made. */
async function checkCreatable(
  client: Client,
  config: HoldConfig,
  object: unknown,
  bounds: CallBounds,
): Promise<void> {
  try {
    await client.post(`${daemonSetsPath(config)}?dryRun=All`, object, bounds);
  } catch (error) {
    // It is checked whole before the API server sees that one of its name is there.
    if (!(error instanceof KubeError) || error.kind !== "conflict") throw error;
  }
}

function keyOf({ metadata }: HoldDaemonSet): string {
  return `${metadata.annotations[templateAnnotation]} ${metadata.annotations[detailsAnnotation]}`;
}
