import type { HeldImageStatus } from "../hold-status.ts";
import type { PodView } from "../promotion/pod-view.ts";
import type { ReferenceReport } from "../promotion/report.ts";
import { countHolders } from "./count-holders.ts";

/** What is told of each image: how far it is, and what the pods say of it. */
export function describeImages(
  reports: readonly ReferenceReport[],
  pods: readonly PodView[] | undefined,
): HeldImageStatus[] {
  const holders = pods && countHolders(pods);
  return reports.map(({ name, ref, phase, heldRef, failure, failures }) => {
    const held = heldRef === undefined ? undefined : holders?.get(heldRef);
    const counted = [...(held?.failures ?? [])].map(([reason, nodes]) => [reason, nodes.size]);
    return {
      name,
      ref,
      phase,
      heldRef,
      digest: heldRef === undefined ? undefined : /@(.+)$/.exec(heldRef)?.[1],
      readyNodes: holders && (held?.ready.size ?? 0),
      nodeFailures: Object.fromEntries(counted),
      failure,
      failures,
    };
  });
}
