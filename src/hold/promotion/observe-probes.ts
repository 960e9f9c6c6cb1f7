import type { ContainerView } from "./container-view.ts";
import { type ClassifyMessage, judgeProbe, type ProbeFailure, type ProbeVerdict } from "./judge-probe.ts";
import { hasEnded, type PodView } from "./pod-view.ts";
import type { Candidate, ReferenceState, Trial } from "./state.ts";
import { backoffMs, type PromotionTimings } from "./timings.ts";

/** A probe with what it says of the images that are wanted now. */
export interface ObservedProbe {
  readonly pod: PodView;
  readonly platform: string;
  /** By reference; of images that it was not asked about there is none. */
  readonly verdicts: ReadonlyMap<string, ProbeVerdict>;
  /** When its time is over. */
  readonly endMs: number;
}

/** The platform of a probe, as decisions name it; empty where it asked for none. */
export function platformOf({ arch }: Pick<PodView, "arch">): string {
  return arch ?? "";
}

/** Reads what a probe says of the candidates. */
export function observeProbe(
  pod: PodView,
  candidates: readonly Candidate[],
  endMs: number,
  classify: ClassifyMessage,
): ObservedProbe {
  const verdicts = new Map<string, ProbeVerdict>();
  for (const { ref, pinnedRef } of candidates) {
    const container = pod.containers.find((each) => pinnedRef !== undefined && runs(each, pinnedRef));
    if (container !== undefined) verdicts.set(ref, judgeProbe(container, pod, classify));
  }
  return { pod, platform: platformOf(pod), verdicts, endMs };
}

// A container that mounts images is our pause: its own image was not asked about.
function runs({ image, volumeImages }: ContainerView, pinnedRef: string): boolean {
  return volumeImages.length > 0 ? volumeImages.includes(pinnedRef) : image === pinnedRef;
}

/** Whether a probe is at its end, whatever it says. */
export function isOver({ pod, endMs }: ObservedProbe, nowMs: number): boolean {
  return hasEnded(pod) || nowMs >= endMs;
}

/** Whether it has said all that it can of an image. */
export function isDecided(verdict: ProbeVerdict): boolean {
  return verdict.outcome === "proven" || verdict.outcome === "failed";
}

/** What is known of a reference on the probe's platform once the probe has said this. */
export function applyVerdict(
  reference: ReferenceState,
  pinnedRef: string,
  { pod, platform }: ObservedProbe,
  verdict: ProbeVerdict,
  timings: PromotionTimings,
  nowMs: number,
): ReferenceState {
  const before = trialOf(reference, platform, pinnedRef);
  const after = nextTrial(before, pod.uid, verdict, timings, nowMs);
  if (after === before) return reference;
  return { ...reference, trials: new Map([...reference.trials, [platform, after]]) };
}

/** The trial of exactly this image on a platform; a new one where there is none yet. */
export function trialOf({ trials }: ReferenceState, platform: string, pinnedRef: string): Trial {
  const trial = trials.get(platform);
  if (trial?.pinnedRef === pinnedRef) return trial;
  return { pinnedRef, proven: false, failures: 0, failure: undefined, probe: "", nextMs: 0 };
}

function nextTrial(
  before: Trial,
  probe: string,
  verdict: ProbeVerdict,
  timings: PromotionTimings,
  nowMs: number,
): Trial {
  // What ran once is proven, whatever becomes of its pod.
  if (before.proven || verdict.outcome === "pending") return before;
  if (verdict.outcome === "proven") return { ...before, proven: true, failures: 0, failure: undefined };
  const { failure } = verdict;
  if (before.probe === probe || verdict.outcome === "again") {
    return before.probe === probe ? before : { ...before, failure };
  }
  const failures = before.failures + 1;
  return { ...before, failures, failure, probe, nextMs: nowMs + backoffMs(failures, timings) };
}

/** An image whose probe ended before it had said anything: it rests, and nothing counts against it. */
export function leaveUndecided(
  reference: ReferenceState,
  pinnedRef: string,
  platform: string,
  failure: ProbeFailure,
  nextMs: number,
): ReferenceState {
  const before = trialOf(reference, platform, pinnedRef);
  const trial = { ...before, failure: before.failure ?? failure, nextMs };
  return { ...reference, trials: new Map([...reference.trials, [platform, trial]]) };
}
