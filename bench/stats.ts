/** What a series of measured values comes to. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle value, or the mean of the two in the middle. Throws on an empty series. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error("there is no median of no values");
  return (lower + upper) / 2;
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new Error("there is no mean of no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * How much of `others` the `values` are: the median of the ratios within each round. What else the machine does
 * changes from round to round and meets all of one round, so this is steadier than a ratio of two medians.
 */
export function pairedRatio(values: readonly number[], others: readonly number[]): number {
  if (values.length !== others.length) throw new Error("the two series are not of the same rounds");
  return median(values.map((value, round) => value / (others[round] ?? Number.NaN)));
}
