import type { Result } from "../gen/metrics.ts";
import { boundResult, resultJson } from "./result-json.ts";
import { createResultStore, type ResultStore, type StoreLimits } from "./store.ts";
import { createTotals, type Totals } from "./totals.ts";

/** What the aggregator holds: the latest results, and the totals of all. */
export interface ResultMemory {
  readonly store: ResultStore;
  readonly totals: Totals;
  /** An attempt that is already there is replaced, and not counted again. Gives what is kept of it. */
  remember(result: Result): string;
}

/** A memory of nothing yet. */
export function createResultMemory(limits: StoreLimits): ResultMemory {
  const store = createResultStore(limits);
  const totals = createTotals();
  return {
    store,
    totals,
    remember(result) {
      const bounded = boundResult(result);
      const json = resultJson(bounded);
      if (store.add(bounded.attemptId, json)) totals.count(bounded);
      return json;
    },
  };
}
