import type { PruneWorld } from "../../plan/prune-rules.ts";
import type { KeepTurn } from "../keeper.ts";
import type { PullRecord } from "./record.ts";

/** What images are judged by in this turn, but for what is in use: `used` says that, or undefined. */
export function pruneWorldOf(
  turn: KeepTurn,
  known: {
    readonly record: PullRecord;
    readonly ownPins: ReadonlySet<string> | undefined;
    readonly graceMs: number;
    readonly used: ReadonlySet<string> | undefined;
  },
): PruneWorld {
  const { desired, sets = [] } = turn;
  const { record, ownPins, graceMs, used } = known;
  const hasEmptySource = sets.some(({ images }) => images.length === 0);
  return { desired, hasEmptySource, recorded: record.pulls, recordKept: record.kept, ownPins, used, graceMs };
}
