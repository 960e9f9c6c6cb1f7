import { slotGate } from "../objects/names.ts";
import type { ContainerView } from "../promotion/container-view.ts";
import { isQpsExceeded } from "../promotion/judge-probe.ts";
import { hasEnded, type PodView } from "../promotion/pod-view.ts";
import type { Slot, SlotState } from "./state.ts";
import type { SlotTimings } from "./timings.ts";

/** What became of slots since the last decision. */
export interface FollowedSlots {
  readonly slots: Map<string, Slot>;
  /** Pods with a slot that we gave which got ready, or did not. */
  readonly successes: number;
  readonly failures: number;
}

/** Whether a pod waits for a slot. */
export function isGated({ gates }: Pick<PodView, "gates">): boolean {
  return gates.includes(slotGate);
}

/** The slots after what the pods tell now; a pod that runs without one, and is not ready, has taken one. */
export function followPods(
  before: SlotState,
  pods: readonly PodView[],
  timings: SlotTimings,
  nowMs: number,
): FollowedSlots {
  const slots = new Map<string, Slot>();
  let successes = 0;
  let failures = 0;
  for (const pod of pods) {
    const slot = before.slots.get(pod.uid);
    const known = slot ?? foundSlot(before, nowMs);
    const next = pod.deleting ? "gone" : followPod(pod, known, timings, nowMs);
    if (next === "success" && slot?.given) successes += 1;
    const hasFailed = next === "failure" || (typeof next === "object" && next.ended && !known.ended);
    if (hasFailed && known.given) failures += 1;
    if (typeof next === "object" && (slot !== undefined || !isGated(pod))) slots.set(pod.uid, next);
  }
  return { slots, successes, failures };
}

// After a restart those that run without being ready were given their slots by the one before us.
function foundSlot({ window }: SlotState, nowMs: number): Slot {
  return { startMs: nowMs, failingMs: undefined, ended: false, given: window === undefined };
}

function followPod(
  pod: PodView,
  slot: Slot,
  { expiryMs, failureMs }: SlotTimings,
  nowMs: number,
): Slot | "success" | "failure" | "gone" {
  const isLate = nowMs - slot.startMs >= expiryMs;
  // Its gate was to be taken away; it is not yet, or nobody has told us.
  if (isGated(pod)) return isLate ? "gone" : slot;
  if (pod.ready) return "success";
  if (hasEnded(pod)) return slot.ended ? "gone" : "failure";
  const failingMs = cannotStart(pod) ? (slot.failingMs ?? nowMs) : undefined;
  const hasFailed = failingMs !== undefined && nowMs - failingMs >= failureMs;
  return { ...slot, failingMs, ended: slot.ended || isLate || hasFailed };
}

function cannotStart({ containers, initContainers }: PodView): boolean {
  return [...initContainers, ...containers].some(isStuck);
}

const usual = new Set(["ContainerCreating", "PodInitializing"]);

// With many images the kubelet's own limit keeps some of them back for minutes: no failure.
function isStuck({ state, reason, message }: ContainerView): boolean {
  return state === "waiting" && reason !== undefined && !usual.has(reason) && !isQpsExceeded(message);
}
