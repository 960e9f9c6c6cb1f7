import type { PodView } from "../promotion/pod-view.ts";
import { followPods, isGated } from "./follow-pods.ts";
import { freeSlots, nextWindow, pauseAfter, type Slot, type SlotState } from "./state.ts";
import { type SlotTimings, slotTimings } from "./timings.ts";

/** What slots need of a node. */
export interface SlotNode {
  readonly ready: boolean;
  readonly diskPressure: boolean;
}

/** What is seen when slots are given. */
export interface SlotInput {
  /** The pods of the DaemonSet, all of them. */
  readonly pods: readonly PodView[];
  /** By name; undefined where nobody may look at nodes: then any will do. */
  readonly nodes: ReadonlyMap<string, SlotNode> | undefined;
  /** At least 1; see `slotBudget`. */
  readonly budget: number;
  /** Monotonic. */
  readonly nowMs: number;
  readonly timings?: SlotTimings;
}

/** What becomes of it. */
export interface SlotDecision {
  readonly state: SlotState;
  /** The pods whose gate is to be taken away now. */
  readonly ungate: readonly PodView[];
  /** Pods that have a slot, those of `ungate` included. */
  readonly open: number;
  /** Pods that had one, and are not ready. */
  readonly stuck: number;
  /** Pods that still wait for one. */
  readonly waiting: number;
  /** When to decide again, though nothing happens; on the clock of `nowMs`. */
  readonly wakeMs: number | undefined;
}

/**
 * Gives slots within the window, and takes them back; pure. The window begins at one; each pod that gets ready widens it
 * by one up to the budget, so that two more are admitted, and each that fails halves it. Pods that failed or were late
 * count against the budget until they are ready, but they alone hold nobody up: one at a time goes on.
 */
export function decideSlots(before: SlotState, input: SlotInput): SlotDecision {
  const { pods, budget, nowMs, timings = slotTimings } = input;
  const { slots, successes, failures } = followPods(before, pods, timings, nowMs);
  const stuck = countEnded(slots);
  const open = slots.size - stuck;
  const windowNow = before.window ?? Math.max(1, Math.min(open, budget));
  const after = {
    window: nextWindow(windowNow, successes, failures, budget),
    ...nextPause(before, successes, failures, timings, nowMs),
  };
  const gated = pods.filter((pod) => isGated(pod) && !pod.deleting && !slots.has(pod.uid));
  const free = after.pausedUntilMs > nowMs ? 0 : freeSlots(after.window, budget, open, stuck);
  const ungate = gated.filter((pod) => canPull(pod, input.nodes)).slice(0, free);
  for (const { uid } of ungate) {
    slots.set(uid, { startMs: nowMs, failingMs: undefined, ended: false, given: true });
  }
  const state = { ...after, slots };
  const waiting = gated.length - ungate.length;
  return {
    state,
    ungate,
    open: open + ungate.length,
    stuck,
    waiting,
    wakeMs: findWake(state, waiting, timings, nowMs),
  };
}

/** A pod whose gate could not be taken away has no slot. */
export function releaseSlot(state: SlotState, uid: string): SlotState {
  return { ...state, slots: new Map([...state.slots].filter(([each]) => each !== uid)) };
}

/** What failed before may be repaired now (another template, another secret): slots are given again at once. */
export function endPause(state: SlotState): SlotState {
  return { ...state, failuresInRow: 0, pausedUntilMs: 0 };
}

function countEnded(slots: ReadonlyMap<string, Slot>): number {
  return [...slots.values()].filter(({ ended }) => ended).length;
}

function nextPause(
  { failuresInRow, pausedUntilMs }: SlotState,
  successes: number,
  failures: number,
  timings: SlotTimings,
  nowMs: number,
): Pick<SlotState, "failuresInRow" | "pausedUntilMs"> {
  if (successes > 0) return { failuresInRow: 0, pausedUntilMs: 0 };
  if (failures === 0) return { failuresInRow, pausedUntilMs };
  // Those that fail at once fail of one cause.
  const inRow = failuresInRow + 1;
  return { failuresInRow: inRow, pausedUntilMs: nowMs + pauseAfter(inRow, timings) };
}

// A node that is not ready pulls nothing, and would keep its slot from others.
function canPull({ nodeName }: PodView, nodes: SlotInput["nodes"]): boolean {
  if (nodes === undefined || nodeName === undefined) return true;
  const node = nodes.get(nodeName);
  return node?.ready === true && !node.diskPressure;
}

function findWake(
  { slots, pausedUntilMs }: SlotState,
  waiting: number,
  { expiryMs, failureMs }: SlotTimings,
  nowMs: number,
): number | undefined {
  const open = [...slots.values()].filter(({ ended }) => !ended);
  const times = [
    ...open.map(({ startMs }) => startMs + expiryMs),
    ...open.flatMap(({ failingMs }) => (failingMs === undefined ? [] : [failingMs + failureMs])),
    ...(waiting > 0 ? [pausedUntilMs] : []),
  ];
  const wakeMs = Math.min(...times.filter((timeMs) => timeMs > nowMs));
  return wakeMs === Number.POSITIVE_INFINITY ? undefined : wakeMs;
}
