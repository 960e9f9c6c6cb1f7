import type { Contestant } from "./contestants.ts";
import type { ContestantName } from "./measurement.ts";

/** The contestants in the order of a round: each is first as often as the others. */
export function orderOfRound<T>(contestants: readonly T[], round: number): T[] {
  const first = contestants.length === 0 ? 0 : round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

/** Lets all contestants run once in each round, so that what else the machine does meets them alike. */
export async function runRounds<T>(
  contestants: readonly Contestant[],
  rounds: number,
  runOnce: (contestant: Contestant, round: number) => Promise<T>,
): Promise<Map<ContestantName, T[]>> {
  const results = new Map<ContestantName, T[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of orderOfRound(contestants, round)) {
      results.get(contestant.name)?.push(await runOnce(contestant, round));
    }
  }
  return results;
}

/** One figure of each result. */
export function pickValues<T>(
  results: ReadonlyMap<ContestantName, readonly T[]>,
  figure: (result: T) => number,
): Map<ContestantName, number[]> {
  return new Map([...results].map(([name, runs]) => [name, runs.map(figure)]));
}
