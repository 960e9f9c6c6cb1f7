import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { HoldConfig } from "../config.ts";
import { type DaemonSetChange, decideDaemonSetChange } from "../objects/daemon-set-change.ts";
import type { HoldDaemonSet } from "../objects/object-types.ts";
import { callMs } from "./call-ms.ts";
import { getOrNone } from "./cluster-facts.ts";
import { daemonSetPath, daemonSetsPath } from "./paths.ts";

type Client = Pick<KubeClient, "get" | "post" | "put" | "delete">;

/** What became of the DaemonSet: it is as desired, it was written, or it has to be looked at again. */
export type WriteOutcome =
  | { readonly kind: "same" | "written" | "again" }
  | { readonly kind: "refused"; readonly reason: string };

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
export function createDaemonSetWriter(client: Client, config: HoldConfig, log: Logger): DaemonSetWriter {
  return {
    async write(seen, desired, mayUpdate, signal) {
      if (seen.known && decideDaemonSetChange(seen.object, desired).kind === "none") return { kind: "same" };
      // What was heard may be older than our last write.
      const live = await getOrNone(client, daemonSetPath(config), signal);
      const change = decideDaemonSetChange(live, desired);
      try {
        return await apply(client, config, change, mayUpdate, log, signal);
      } catch (error) {
        // Somebody was faster; the next look decides anew.
        if (error instanceof KubeError && ["conflict", "not-found"].includes(error.kind))
          return { kind: "again" };
        throw error;
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
  const create = async (object: unknown): Promise<WriteOutcome> => {
    await client.post(daemonSetsPath(config), object, bounds);
    return { kind: "written" };
  };
  if (change.kind === "none") return { kind: "same" };
  if (change.kind === "wait") return { kind: "again" };
  if (change.kind === "refuse") return { kind: "refused", reason: change.reason };
  if (change.kind === "create") {
    log.info("DaemonSet created", fields);
    return await create(change.object);
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
  log.info("DaemonSet deleted, to be created again", { ...fields, reason: change.reason });
  await client.delete(path, bounds);
  return await create(change.kind === "recreate" ? change.object : change.fresh);
}
