import type { Random } from "../lib/clock.ts";

/** How often a desired image was taken from the node lately; times are monotonic. */
export interface Repair {
  readonly deletions: number;
  /** It is not pulled before; the moment of the deletion where it is repaired at once. */
  readonly heldUntilMs: number;
}

const memoryMs = 3_600_000;
const firstHoldMs = 600_000;
const longestHoldMs = 3_600_000;

/**
 * Decides what a deletion leads to. The first one is repaired at once: somebody cleaned up. From the second one
 * within the hour it is the kubelet's garbage collection, which would take it again and again, so the image is left
 * alone for 10 min, doubling up to 1 h; the later of it, so that nodes do not return together.
 */
export function decideRepair(before: Repair | undefined, nowMs: number, random: Random): Repair {
  const deletions = before === undefined || isForgotten(before, nowMs) ? 1 : before.deletions + 1;
  if (deletions === 1) return { deletions, heldUntilMs: nowMs };
  const fullMs = Math.min(firstHoldMs * 2 ** Math.min(deletions - 2, 30), longestHoldMs);
  return { deletions, heldUntilMs: nowMs + fullMs * (0.75 + random() / 4) };
}

/**
 * Whether an hour has passed in which the image could have been there and was not deleted: the time for which it
 * was held back says nothing.
 */
export function isForgotten({ heldUntilMs }: Repair, nowMs: number): boolean {
  return nowMs - heldUntilMs >= memoryMs;
}
