import { isRecord, type JsonRecord } from "../lib/record.ts";
import { metadataOf } from "./kube-object.ts";

/** What a Lease says. */
export interface LeaseRecord {
  /** Empty: nobody holds it. */
  readonly holder: string;
  /** As it stands there: it is compared, never read as a time, for clocks differ. */
  readonly renewTime: string;
  readonly resourceVersion: string;
  readonly transitions: number;
  readonly object: JsonRecord;
}

/** A Lease that is to be written. */
export interface LeaseClaim {
  readonly namespace: string;
  readonly name: string;
  /** Empty: gives it up. */
  readonly holder: string;
  readonly durationMs: number;
  /** Unix time. */
  readonly dateMs: number;
}

/** Reads a Lease; what is missing in it is empty. */
export function parseLease(object: unknown): LeaseRecord {
  const spec = isRecord(object) && isRecord(object["spec"]) ? object["spec"] : {};
  const { holderIdentity, renewTime, leaseTransitions } = spec;
  return {
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    renewTime: typeof renewTime === "string" ? renewTime : "",
    resourceVersion: String(metadataOf(object)["resourceVersion"] ?? ""),
    transitions: typeof leaseTransitions === "number" ? leaseTransitions : 0,
    object: isRecord(object) ? object : {},
  };
}

/** The Lease as it is to be from now on; with `before` only as long as nobody else has written it meanwhile. */
export function createLeaseObject(claim: LeaseClaim, before: LeaseRecord | undefined): JsonRecord {
  const { namespace, name, holder, durationMs, dateMs } = claim;
  const now = microTime(dateMs);
  const isOurs = before?.holder === holder;
  const spec = isRecord(before?.object["spec"]) ? before.object["spec"] : {};
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { ...metadataOf(before?.object), namespace, name },
    spec: {
      ...spec,
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
      renewTime: now,
      ...(!isOurs && { acquireTime: now }),
      // As client-go counts: what is given up has no new holder yet.
      leaseTransitions:
        (before?.transitions ?? 0) + (before === undefined || isOurs || holder === "" ? 0 : 1),
    },
  };
}

// Kubernetes' MicroTime has six digits.
function microTime(dateMs: number): string {
  return new Date(dateMs).toISOString().replace(/Z$/, "000Z");
}
