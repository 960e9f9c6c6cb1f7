import { matchesImage } from "../../image/match.ts";
import type { RecordedPull } from "../../plan/prune-rules.ts";
import type { KeepTurn } from "../keeper.ts";

/** Images that were on the node under names that nobody desires: a pull of ours that leads to one does not make it ours. */
export interface ForeignImages {
  /** Takes what was there in this turn; of turns with the same list, the first. */
  update(turn: KeepTurn): void;
  has(imageId: string): boolean;
}

/**
 * The record knows names, but a digest that somebody else pulled looks like one that came with our tag. So what
 * was here before counts as somebody else's.
 */
export function createForeignImages(recorded: ReadonlyMap<string, RecordedPull>): ForeignImages {
  let before: Pick<KeepTurn, "desired" | "present"> | undefined;
  return {
    update({ desired, present }) {
      // The same list again would judge by new desires what was there before them.
      if (present !== before?.present) before = { desired, present };
    },
    has(imageId) {
      const image = before?.present.find(({ id }) => id === imageId);
      if (before === undefined || image === undefined) return false;
      if ([...recorded.values()].some((pull) => pull.imageId === imageId)) return false;
      return !before.desired.images.some((wanted) => matchesImage(wanted.image, image));
    },
  };
}
