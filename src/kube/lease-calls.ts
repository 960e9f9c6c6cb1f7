import type { CallBounds } from "../lib/call-bounds.ts";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./errors.ts";
import { createLeaseObject, type LeaseClaim, type LeaseRecord, parseLease } from "./lease-record.ts";

/** One Lease of the API server. */
export interface LeaseCalls {
  /** Undefined: there is none yet. */
  read(bounds: CallBounds): Promise<LeaseRecord | undefined>;
  /** Writes it, unless somebody else has since `before`: then it throws a `KubeError` `conflict`. */
  write(
    claim: Pick<LeaseClaim, "holder" | "durationMs" | "dateMs">,
    before: LeaseRecord | undefined,
    bounds: CallBounds,
  ): Promise<LeaseRecord>;
}

/** The calls for the Lease of this name. */
export function createLeaseCalls(
  client: Pick<KubeClient, "get" | "post" | "put">,
  { namespace, name }: Pick<LeaseClaim, "namespace" | "name">,
): LeaseCalls {
  const list = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const path = `${list}/${encodeURIComponent(name)}`;
  return {
    async read(bounds) {
      try {
        return parseLease(await client.get(path, bounds));
      } catch (error) {
        if (error instanceof KubeError && error.kind === "not-found") return undefined;
        throw error;
      }
    },
    async write(claim, before, bounds) {
      const body = createLeaseObject({ namespace, name, ...claim }, before);
      return parseLease(
        await (before === undefined ? client.post(list, body, bounds) : client.put(path, body, bounds)),
      );
    },
  };
}
