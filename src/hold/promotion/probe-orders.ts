import type { ProvenImage } from "../held-set.ts";
import { type ObservedProbe, trialOf } from "./observe-probes.ts";
import type { Candidate, PromotionState, ReferenceState } from "./state.ts";
import { maxImagesPerProbe, type PromotionTimings } from "./timings.ts";

/** A probe pod to be created. */
export interface ProbeOrder {
  /** `kubernetes.io/arch` of its node; empty: any node. */
  readonly platform: string;
  readonly images: readonly ProvenImage[];
}

/** The images that are to be tried on a platform now, in the order of the configuration. */
export function listDue(
  candidates: readonly Candidate[],
  references: ReadonlyMap<string, ReferenceState>,
  platform: string,
  nowMs: number,
): ProvenImage[] {
  return candidates.flatMap(({ name, ref, pinnedRef, digest }) => {
    const reference = references.get(ref);
    if (pinnedRef === undefined || reference === undefined || reference.held?.pinnedRef === pinnedRef)
      return [];
    const { proven, nextMs } = trialOf(reference, platform, pinnedRef);
    return proven || nextMs > nowMs ? [] : [{ name, ref, pinnedRef, digest }];
  });
}

/** One probe at a time for each platform, of all that is due there. */
export function decideOrders(
  due: ReadonlyMap<string, readonly ProvenImage[]>,
  probes: readonly Pick<ObservedProbe, "platform">[],
  ordered: PromotionState["ordered"],
): ProbeOrder[] {
  const taken = new Set([...probes.map(({ platform }) => platform), ...ordered.keys()]);
  return [...due]
    .filter(([platform, images]) => images.length > 0 && !taken.has(platform))
    .map(([platform, images]) => ({ platform, images: images.slice(0, maxImagesPerProbe) }));
}

/** Orders that may still become a pod: not seen yet, and not too long ago. */
export function keepOrdered(
  ordered: PromotionState["ordered"],
  probes: readonly Pick<ObservedProbe, "platform">[],
  { orderMs }: PromotionTimings,
  nowMs: number,
): Map<string, { readonly atMs: number; readonly images: readonly string[] }> {
  const seen = new Set(probes.map(({ platform }) => platform));
  const kept = [...ordered].filter(([platform, { atMs }]) => !seen.has(platform) && nowMs - atMs < orderMs);
  return new Map(kept);
}

/** The same with the orders that are given now. */
export function addOrders(
  ordered: PromotionState["ordered"],
  orders: readonly ProbeOrder[],
  nowMs: number,
): PromotionState["ordered"] {
  const given = orders.map(({ platform, images }) => {
    return [platform, { atMs: nowMs, images: images.map(({ pinnedRef }) => pinnedRef) }] as const;
  });
  return new Map([...ordered, ...given]);
}
