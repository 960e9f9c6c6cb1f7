import type { Result } from "../gen/metrics.ts";

export type Outcome = "succeeded" | "failed";

/** Upper bounds of the durations' histogram, in seconds. */
export const durationBoundsSeconds = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600] as const;

/** The durations of the attempts with one outcome. */
export interface DurationTotals {
  /** How many fell between each bound and the one before; the last is above all bounds. */
  readonly counts: number[];
  sumMs: number;
}

/** What became of all attempts since the start, also of those whose results had to go. */
export interface Totals {
  /** Attempts by image, then by outcome. */
  readonly attempts: ReadonlyMap<string, Readonly<Record<Outcome, number>>>;
  readonly durations: Readonly<Record<Outcome, DurationTotals>>;
  /** Sizes of the images that were pulled. */
  readonly pulledBytes: number;
  count(result: Result): void;
}

// A label's values cost the one who scrapes: nodes are left out, images bounded.
const maxImages = 100;
const otherImages = "other";

/** Totals of nothing yet. */
export function createTotals(): Totals {
  const attempts = new Map<string, Record<Outcome, number>>();
  const durations = { succeeded: createDurationTotals(), failed: createDurationTotals() };
  let pulledBytes = 0;
  return {
    attempts,
    durations,
    get pulledBytes() {
      return pulledBytes;
    },
    count({ image, error, durationMs, sizeBytes }) {
      const outcome = error === "" ? "succeeded" : "failed";
      const label = attempts.has(image) || attempts.size < maxImages ? image : otherImages;
      const byOutcome = attempts.get(label) ?? { succeeded: 0, failed: 0 };
      byOutcome[outcome] += 1;
      attempts.set(label, byOutcome);
      observe(durations[outcome], durationMs);
      if (outcome === "succeeded") pulledBytes += sizeBytes;
    },
  };
}

function createDurationTotals(): DurationTotals {
  return { counts: new Array(durationBoundsSeconds.length + 1).fill(0), sumMs: 0 };
}

function observe(totals: DurationTotals, durationMs: number): void {
  const found = durationBoundsSeconds.findIndex((bound) => durationMs <= bound * 1000);
  const index = found < 0 ? durationBoundsSeconds.length : found;
  totals.counts[index] = (totals.counts[index] ?? 0) + 1;
  totals.sumMs += durationMs;
}
