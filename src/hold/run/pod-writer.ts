import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { JsonRecord } from "../../lib/record.ts";
import type { HoldConfig } from "../config.ts";
import { slotGate } from "../objects/names.ts";
import type { PodView } from "../promotion/pod-view.ts";
import { callMs } from "./call-ms.ts";
import { podPath, podsPath } from "./paths.ts";

type Client = Pick<KubeClient, "post" | "patch" | "delete">;

/** Writes pods, one call each. All of them throw a `KubeError`. */
export interface PodWriter {
  /** One that is there already is as good. */
  create(pod: JsonRecord, signal: AbortSignal): Promise<void>;
  /** What the API server would make of it. */
  createDry(pod: JsonRecord, signal: AbortSignal): Promise<unknown>;
  /** One that is gone is as good. */
  delete(pod: Pick<PodView, "name">, signal: AbortSignal | undefined): Promise<void>;
  /** Takes the gate away; false: it is gone, or the pod is. */
  ungate(pod: Pick<PodView, "name" | "gates">, signal: AbortSignal): Promise<boolean>;
}

/** A writer for the pods of a namespace. */
export function createPodWriter(client: Client, config: Pick<HoldConfig, "namespace">): PodWriter {
  const boundsOf = (signal: AbortSignal | undefined) => ({
    timeoutMs: callMs,
    ...(signal !== undefined && { signal }),
  });
  return {
    async create(pod, signal) {
      await unless("conflict", () => client.post(podsPath(config), pod, boundsOf(signal)));
    },
    createDry: (pod, signal) => client.post(`${podsPath(config)}?dryRun=All`, pod, boundsOf(signal)),
    async delete({ name }, signal) {
      await unless("not-found", () => client.delete(podPath(config, name), boundsOf(signal)));
    },
    async ungate({ name, gates }, signal) {
      const path = `/spec/schedulingGates/${gates.indexOf(slotGate)}`;
      // Were the list another one by now, the test fails and nothing is changed.
      const patch = [
        { op: "test", path: `${path}/name`, value: slotGate },
        { op: "remove", path },
      ];
      try {
        await client.patch(podPath(config, name), patch, { type: "json" }, boundsOf(signal));
        return true;
      } catch (error) {
        if (error instanceof KubeError && ["not-found", "invalid", "conflict"].includes(error.kind))
          return false;
        throw error;
      }
    },
  };
}

async function unless(kind: "conflict" | "not-found", call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof KubeError) || error.kind !== kind) throw error;
  }
}
