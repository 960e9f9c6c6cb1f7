import type { NodeBudget } from "../config.ts";
import type { SlotTimings } from "./timings.ts";

/** Leave to pull on one node. */
export interface Slot {
  readonly startMs: number;
  /** Since when its pod cannot start. */
  readonly failingMs: number | undefined;
  /** It failed or was late; the pod is not ready yet. */
  readonly ended: boolean;
  /** We gave it: a pod that only lost its readiness says nothing of pulls. */
  readonly given: boolean;
}

/** What is remembered between decisions; begin with `newSlots`. All of it can be lost: the pods tell the rest. */
export interface SlotState {
  /** How many may have a slot at once; undefined until pods were seen. */
  readonly window: number | undefined;
  /** By the uid of the pod. */
  readonly slots: ReadonlyMap<string, Slot>;
  readonly failuresInRow: number;
  /** No slot is given before it. */
  readonly pausedUntilMs: number;
}

/** The state of one who has just begun. */
export const newSlots: SlotState = {
  window: undefined,
  slots: new Map(),
  failuresInRow: 0,
  pausedUntilMs: 0,
};

/** How many nodes may pull at once, of so many that are to hold: rounded down, and at least one. */
export function slotBudget(maxNodes: NodeBudget, targetNodes: number): number {
  const nodes = "nodes" in maxNodes ? maxNodes.nodes : Math.floor((targetNodes * maxNodes.percent) / 100);
  return Math.max(1, nodes);
}

/** The window after pods that got ready and pods that failed since the last decision. */
export function nextWindow(windowNow: number, successes: number, failures: number, budget: number): number {
  // One more with each success, beside the place that it leaves: two are admitted.
  const grown = Math.min(windowNow + successes, budget);
  return Math.max(1, Math.floor(grown / 2 ** Math.min(failures, 30)));
}

/** How many pods may get a slot now; `open` have one, `stuck` had one and are not ready yet. */
export function freeSlots(windowNow: number, budget: number, open: number, stuck: number): number {
  const allowed = Math.min(windowNow, budget - stuck);
  // However many are stuck, one at a time goes on.
  return Math.max(0, Math.max(1, allowed) - open);
}

/** When slots are given again after failures: a registry that is down is not asked by one node after the other. */
export function pauseAfter(failuresInRow: number, { pauseFirstMs, pauseMostMs }: SlotTimings): number {
  if (failuresInRow < 2) return 0;
  return Math.min(pauseFirstMs * 2 ** Math.min(failuresInRow - 2, 30), pauseMostMs);
}
