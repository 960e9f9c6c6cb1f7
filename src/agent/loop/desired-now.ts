import type { DesiredImages } from "../../plan/node-image.ts";
import type { NodeFacts } from "../../plan/pod-placement.ts";
import type { DesiredSet, Source } from "../../sources/source.ts";

/** What all sources together desire on this node now. */
export interface DesiredNow {
  readonly sets: readonly DesiredSet[];
  readonly desired: DesiredImages;
  /** Undefined where the node is not known. */
  readonly diskPressure: boolean | undefined;
}

export type DecideDesired = (sets: readonly DesiredSet[], node: NodeFacts | undefined) => DesiredImages;

/** `waiting`: it will be known soon, and what is desired here depends on it. */
export type KnownNode = NodeFacts | undefined | "waiting";

const nothing: DesiredImages = { images: [], rejected: [], elsewhere: 0, complete: false };

/** Gathers what is desired; decides anew only when a source or the node has changed, which they say by a new object. */
export function createDesiredGatherer(
  sources: readonly Source[],
  node: () => KnownNode,
  decideDesired: DecideDesired,
): () => DesiredNow {
  let known: KnownNode;
  let now: DesiredNow | undefined;
  return () => {
    const sets = sources.map((source) => source.current());
    const facts = node();
    if (now !== undefined && known === facts && isSame(now.sets, sets)) return now;
    const desired = facts === "waiting" ? nothing : decideDesired(sets, facts);
    now = { sets, desired, diskPressure: typeof facts === "object" ? facts.diskPressure : undefined };
    known = facts;
    return now;
  };
}

function isSame(before: readonly DesiredSet[], sets: readonly DesiredSet[]): boolean {
  return before.every((set, index) => set === sets[index]);
}
