import type { ProvenImage } from "../held-set.ts";
import type { ProbeFailure } from "./judge-probe.ts";
import {
  applyVerdict,
  isDecided,
  isOver,
  leaveUndecided,
  type ObservedProbe,
  trialOf,
} from "./observe-probes.ts";
import type { ProbeOrder } from "./probe-orders.ts";
import {
  type Candidate,
  type PromotionState,
  type ReferenceState,
  referenceOf,
  type SeenProbe,
} from "./state.ts";
import { type PromotionTimings, promotionTimings } from "./timings.ts";

const undecided: ProbeFailure = {
  kind: "timeout",
  reason: "ProbeEnded",
  message: "its probe ended before it had started; it is tried again",
};
const lostProbe: ProbeFailure = {
  kind: "unknown",
  reason: "ProbeLost",
  message: "its probe was deleted by somebody else; it is tried again",
};

/** What decides whether a probe goes on. */
export interface ProbeWorld {
  readonly platforms: readonly string[];
  readonly canProbe: boolean;
  readonly nowMs: number;
}

/** Takes over what the probes say; true: an image was proven that was not before. */
export function applyAll(
  references: Map<string, ReferenceState>,
  candidates: readonly Candidate[],
  probes: readonly ObservedProbe[],
  timings: PromotionTimings,
  nowMs: number,
): boolean {
  let isNew = false;
  for (const probe of probes) {
    for (const { ref, pinnedRef = "" } of candidates) {
      const verdict = probe.verdicts.get(ref);
      if (verdict === undefined) continue;
      const reference = referenceOf(references, ref);
      isNew ||= verdict.outcome === "proven" && !trialOf(reference, probe.platform, pinnedRef).proven;
      references.set(ref, applyVerdict(reference, pinnedRef, probe, verdict, timings, nowMs));
    }
  }
  return isNew;
}

/** Whether a probe has nothing more to say, or keeps others waiting for what may never come. */
export function isDone(
  probe: ObservedProbe,
  { platforms, canProbe, nowMs }: ProbeWorld,
  due: ReadonlyMap<string, readonly ProvenImage[]>,
): boolean {
  if (!canProbe || !platforms.includes(probe.platform) || isOver(probe, nowMs)) return true;
  const open = [...probe.verdicts.values()].filter((verdict) => !isDecided(verdict));
  if (open.some(({ outcome }) => outcome === "pending")) return false;
  const others = (due.get(probe.platform) ?? []).filter(({ ref }) => !probe.verdicts.has(ref));
  return open.length === 0 || others.length > 0;
}

/** What was open in a probe that somebody else deleted rests: who deletes each one is not to be raced with. */
export function loseProbes(
  references: Map<string, ReferenceState>,
  lost: readonly SeenProbe[],
  nextMs: number,
): void {
  for (const { platform, images } of lost) {
    for (const { ref, pinnedRef } of images) {
      const reference = references.get(ref);
      if (reference === undefined || reference.held?.pinnedRef === pinnedRef) continue;
      const { proven, nextMs: restsMs } = trialOf(reference, platform, pinnedRef);
      if (!proven && restsMs < nextMs) {
        references.set(ref, leaveUndecided(reference, pinnedRef, platform, lostProbe, nextMs));
      }
    }
  }
}

/** The probes that are there now, with what each was to show. */
export function noteSeen(
  probes: readonly ObservedProbe[],
  before: PromotionState["seen"],
  candidates: readonly Candidate[],
  ended: readonly ObservedProbe[],
  nowMs: number,
): Map<string, SeenProbe> {
  return new Map(
    probes.map((probe) => {
      const { platform, verdicts, pod } = probe;
      const known = before.get(pod.uid);
      const images = candidates.flatMap(({ ref, pinnedRef }) =>
        pinnedRef !== undefined && verdicts.has(ref) ? [{ ref, pinnedRef }] : [],
      );
      const closed = known?.closed === true || ended.includes(probe);
      return [pod.uid, { atMs: known?.atMs ?? nowMs, platform, images, closed }];
    }),
  );
}

/** What a probe that is ended has left open rests, and is tried again. */
export function closeProbe(
  references: Map<string, ReferenceState>,
  candidates: readonly Candidate[],
  { verdicts, platform }: ObservedProbe,
  nextMs: number,
): void {
  for (const { ref, pinnedRef = "" } of candidates) {
    const verdict = verdicts.get(ref);
    if (verdict === undefined || isDecided(verdict)) continue;
    const reference = referenceOf(references, ref);
    if (trialOf(reference, platform, pinnedRef).proven) continue;
    references.set(ref, leaveUndecided(reference, pinnedRef, platform, undecided, nextMs));
  }
}

/**
 * Whether what is proven is held now: each change of the shared pod rolls it on every node, so that an image waits a
 * moment for the others of its probe.
 */
export function isSettled(
  open: readonly ObservedProbe[],
  provenMs: number | undefined,
  { settleMs }: PromotionTimings,
  nowMs: number,
): boolean {
  const isMoving = open.some(({ verdicts }) =>
    [...verdicts.values()].some(({ outcome }) => outcome === "pending"),
  );
  return !isMoving || (provenMs !== undefined && nowMs - provenMs >= settleMs);
}

/** An order that the API server refused (quota, admission): its images rest, and nothing counts against them. */
export function refuseOrder(
  state: PromotionState,
  { platform, images }: ProbeOrder,
  failure: ProbeFailure,
  nowMs: number,
  timings: PromotionTimings = promotionTimings,
): PromotionState {
  const references = new Map(state.references);
  for (const { ref, pinnedRef } of images) {
    const reference = referenceOf(references, ref);
    references.set(ref, leaveUndecided(reference, pinnedRef, platform, failure, nowMs + timings.againMs));
  }
  const ordered = new Map([...state.ordered].filter(([name]) => name !== platform));
  return { ...state, references, ordered };
}
