import { median, pairedRatio } from "./stats.ts";

export type ContestantName =
  | "prestow"
  | "image-prefetcher"
  | "bare calls"
  | "image-syncer"
  | "prestow, containers"
  | "puller's shape";

/** A bound that design and release notes promise of our own figure. */
export interface Goal {
  readonly limit: number;
  /** The limit counts in this contestant's figures; without it, in the unit of the measurement. */
  readonly against?: ContestantName;
}

/** One figure of every contestant that has it: a value for each round, of the same rounds in the same order. */
export interface Measurement {
  readonly scenario: string;
  readonly what: string;
  readonly unit: "ms" | "bytes" | "percent" | "calls" | "count";
  readonly values: ReadonlyMap<ContestantName, readonly number[]>;
  readonly goals: readonly Goal[];
}

export interface Verdict extends Goal {
  readonly value: number;
  readonly met: boolean;
}

/** What became of each goal; one against a contestant that was not there is left out. */
export function decideVerdicts(measurement: Measurement): Verdict[] {
  const ours = measurement.values.get("prestow") ?? [];
  return measurement.goals.flatMap((goal) => {
    const others = goal.against === undefined ? undefined : measurement.values.get(goal.against);
    if (ours.length === 0 || (goal.against !== undefined && others === undefined)) return [];
    const value = others === undefined ? median(ours) : pairedRatio(ours, others);
    return [{ ...goal, value, met: value <= goal.limit }];
  });
}
