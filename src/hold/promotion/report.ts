import type { ProbeFailure } from "./judge-probe.ts";
import { isDecided, type ObservedProbe } from "./observe-probes.ts";
import type { Candidate, PromotionState, ReferenceState, Trial } from "./state.ts";

/** How far an image is: `proven` is in the shared pod; `failing` rests before it is tried again. */
export type ReferencePhase = "unproven" | "probing" | "proven" | "failing";

/** What is told of one image of the configuration. */
export interface ReferenceReport {
  readonly name: string;
  readonly ref: string;
  readonly phase: ReferencePhase;
  /** What the shared pod holds of it; while a new digest is tried, the old one. */
  readonly heldRef: string | undefined;
  /** Why it is not what it should be; also of what is no fault of the image. */
  readonly failure: ProbeFailure | undefined;
  /** Failures of the image's own in succession. */
  readonly failures: number;
  /** When it is tried again, where it rests. */
  readonly nextMs: number | undefined;
}

/** Tells of one candidate. */
export function reportReference(
  candidate: Candidate,
  reference: ReferenceState,
  probes: readonly ObservedProbe[],
  ordered: PromotionState["ordered"],
  nowMs: number,
): ReferenceReport {
  const { name, ref, pinnedRef } = candidate;
  const trials = [...reference.trials.values()].filter((trial) => trial.pinnedRef === pinnedRef);
  const worst = trials.reduce<Trial | undefined>(
    (most, trial) => (most === undefined || trial.failures > most.failures ? trial : most),
    undefined,
  );
  const isHeld = pinnedRef !== undefined && reference.held?.pinnedRef === pinnedRef;
  const nextMs = Math.max(0, ...trials.filter(({ proven }) => !proven).map((trial) => trial.nextMs));
  return {
    name,
    ref,
    phase: isHeld ? "proven" : phaseOf(candidate, trials, probes, ordered),
    heldRef: reference.held?.pinnedRef,
    failure: isHeld ? undefined : (candidate.failure ?? trials.find(({ failure }) => failure)?.failure),
    failures: isHeld ? 0 : (worst?.failures ?? 0),
    nextMs: isHeld || nextMs <= nowMs ? undefined : nextMs,
  };
}

function phaseOf(
  { ref, pinnedRef }: Candidate,
  trials: readonly Trial[],
  probes: readonly ObservedProbe[],
  ordered: PromotionState["ordered"],
): ReferencePhase {
  if (pinnedRef === undefined) return "unproven";
  const isOpen = probes.some(({ verdicts }) => {
    const verdict = verdicts.get(ref);
    return verdict !== undefined && !isDecided(verdict);
  });
  const isOrdered = [...ordered.values()].some(({ images }) => images.includes(pinnedRef));
  if (isOpen || isOrdered) return "probing";
  if (trials.some(({ proven, failures }) => !proven && failures > 0)) return "failing";
  return trials.some(({ proven }) => proven) ? "probing" : "unproven";
}
