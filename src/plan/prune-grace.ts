import type { RuntimeImage } from "../runtime/runtime.ts";
import { decidePrune, type PruneWorld } from "./prune-rules.ts";

/** Since when nobody has desired each image that this agent pulled, by image id. */
export type UndesiredSince = ReadonlyMap<string, number>;

/** What it is when nothing has been seen. */
export const nothingUndesired: UndesiredSince = new Map();

const unproven = new Set(["sources-synced", "no-empty-source", "record-kept", "pulled-here", "undesired"]);

/**
 * The same after one more turn. A turn that could not tell what is desired begins the count anew: between two turns
 * that agree there must be none that does not.
 */
export function decideUndesiredSince(
  before: UndesiredSince,
  present: readonly RuntimeImage[],
  world: PruneWorld,
  nowMs: number,
): UndesiredSince {
  const since = new Map<string, number>();
  for (const image of present) {
    const failed = decidePrune({ image, undesiredForMs: 0 }, world);
    if (failed === undefined || unproven.has(failed.name)) continue;
    since.set(image.id, before.get(image.id) ?? nowMs);
  }
  return since;
}
