import type { ProvenImage } from "../held-set.ts";
import { adoptReferences } from "./adopt.ts";
import type { ClassifyMessage } from "./judge-probe.ts";
import { type ObservedProbe, observeProbe, trialOf } from "./observe-probes.ts";
import type { PodView } from "./pod-view.ts";
import { addOrders, decideOrders, keepOrdered, listDue, type ProbeOrder } from "./probe-orders.ts";
import { applyAll, closeProbe, isDone, isSettled, loseProbes, noteSeen } from "./probe-rounds.ts";
import { type ReferenceReport, reportReference } from "./report.ts";
import {
  type Candidate,
  type PromotionState,
  type ReferenceState,
  referenceOf,
  type SeenProbe,
} from "./state.ts";
import { type PromotionTimings, promotionTimings } from "./timings.ts";
import { findWake } from "./wake.ts";

/** What is seen when promotion is decided. */
export interface PromotionInput {
  /** The images of the configuration. */
  readonly candidates: readonly Candidate[];
  /** `kubernetes.io/arch` of the nodes that are to hold them; `[""]` where nobody may look at nodes. */
  readonly platforms: readonly string[];
  /** All probe pods that there are. */
  readonly probes: readonly PodView[];
  /** False: nobody may create probe pods, so that every image is held untried. */
  readonly canProbe: boolean;
  /** Monotonic. */
  readonly nowMs: number;
  readonly classify: ClassifyMessage;
  readonly timings?: PromotionTimings;
}

/** What becomes of it. */
export interface PromotionDecision {
  readonly state: PromotionState;
  /** What the shared pod is to hold, in the order of the configuration. */
  readonly held: readonly ProvenImage[];
  /** Probe pods to be created. */
  readonly probe: readonly ProbeOrder[];
  /** Probe pods to be deleted: they have said what they can. */
  readonly remove: readonly PodView[];
  /** One of each candidate. */
  readonly reports: readonly ReferenceReport[];
  /** When to decide again, though nothing happens; on the clock of `nowMs`. */
  readonly wakeMs: number | undefined;
}

/** Decides which images are held, which are tried next, and which probes have done their work; pure. */
export function decidePromotion(before: PromotionState, input: PromotionInput): PromotionDecision {
  const { candidates, nowMs, timings = promotionTimings } = input;
  const references = adoptReferences(before, candidates);
  const observed = observeAll(before, input, timings);
  loseProbes(references, listLost(before, input), nowMs + timings.againMs);
  const live = observed.filter(({ pod }) => !pod.deleting);
  const isNew = applyAll(references, candidates, live, timings, nowMs);
  const provenMs = isNew ? nowMs : before.provenMs;
  const due = new Map(
    input.platforms.map((platform) => [platform, listDue(candidates, references, platform, nowMs)]),
  );
  const ended = live.filter((probe) => isDone(probe, input, due));
  for (const probe of ended) closeProbe(references, candidates, probe, nowMs + timings.againMs);
  const open = live.filter((probe) => !ended.includes(probe));
  promoteAll(references, input, isSettled(open, provenMs, timings, nowMs));
  const taking = observed.filter((each) => takesPlatform(each, timings, nowMs));
  const kept = keepOrdered(before.ordered, taking, timings, nowMs);
  const probe = input.canProbe ? decideOrders(due, taking, kept) : [];
  const ordered = addOrders(kept, probe, nowMs);
  const seen = noteSeen(observed, before.seen, candidates, ended, nowMs);
  const state = { references, found: foundAfter(before, candidates), ordered, seen, provenMs };
  return {
    state,
    held: listHeld(references, candidates),
    probe,
    remove: ended.map(({ pod }) => pod),
    reports: candidates.map((candidate) => {
      return reportReference(candidate, referenceOf(references, candidate.ref), open, ordered, nowMs);
    }),
    wakeMs: findWake(state, open, timings, nowMs),
  };
}

function observeAll(
  { seen }: PromotionState,
  { probes, candidates, classify, nowMs }: PromotionInput,
  { deadlineMs }: PromotionTimings,
): ObservedProbe[] {
  return probes.map((pod) => {
    const endMs = (seen.get(pod.uid)?.atMs ?? nowMs) + deadlineMs;
    return observeProbe(pod, candidates, endMs, classify);
  });
}

// A pod whose node is dead is never gone, and would keep its platform from all that come after it.
function takesPlatform({ pod, endMs }: ObservedProbe, { orderMs }: PromotionTimings, nowMs: number): boolean {
  return !pod.deleting || nowMs < endMs + orderMs;
}

function listHeld(
  references: ReadonlyMap<string, ReferenceState>,
  candidates: readonly Candidate[],
): ProvenImage[] {
  return candidates.flatMap(({ ref, name }) => {
    const held = references.get(ref)?.held;
    return held === undefined ? [] : [{ ...held, name }];
  });
}

function listLost({ seen }: PromotionState, { probes }: PromotionInput): SeenProbe[] {
  const here = new Set(probes.map(({ uid }) => uid));
  return [...seen].filter(([uid, { closed }]) => !closed && !here.has(uid)).map(([, probe]) => probe);
}

// Until there was a configuration nothing of the live DaemonSet was claimed.
function foundAfter({ found }: PromotionState, candidates: readonly Candidate[]): PromotionState["found"] {
  return candidates.length > 0 ? [] : found;
}

function promoteAll(
  references: Map<string, ReferenceState>,
  { candidates, platforms, canProbe }: PromotionInput,
  settled: boolean,
): void {
  for (const { name, ref, pinnedRef, digest } of candidates) {
    if (pinnedRef === undefined) continue;
    const reference = referenceOf(references, ref);
    const proven = platforms.every((platform) => trialOf(reference, platform, pinnedRef).proven);
    if (canProbe && !(settled && proven && platforms.length > 0)) continue;
    references.set(ref, { ...reference, held: { name, ref, pinnedRef, digest } });
  }
}
