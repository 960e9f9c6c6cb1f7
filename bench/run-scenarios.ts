import type { Measurement } from "./measurement.ts";
import type { NotRun } from "./report.ts";
import type { Need, Scenario, ScenarioContext } from "./scenario.ts";

export interface Figures {
  readonly measurements: readonly Measurement[];
  readonly notRun: readonly NotRun[];
}

/** What every scenario gets; the rounds are its own where nobody says how many. */
export type SharedContext = Omit<ScenarioContext, "rounds"> & { readonly rounds: number | undefined };

/**
 * Runs scenarios one after another. One that cannot run here or fails is named with the reason and does not hold up the
 * others. Throws the signal's reason.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  obstacles: ReadonlyMap<Need, string>,
  context: SharedContext,
  say: (line: string) => void,
): Promise<Figures> {
  const measurements: Measurement[] = [];
  const notRun: NotRun[] = [];
  for (const scenario of scenarios) {
    const obstacle = scenario.needs.map((need) => obstacles.get(need)).find((reason) => reason !== undefined);
    if (obstacle !== undefined) {
      notRun.push({ scenario: scenario.name, reason: obstacle });
      continue;
    }
    const rounds = context.rounds ?? scenario.rounds;
    say(`${scenario.name}: ${scenario.summary} (${rounds} runs each)`);
    try {
      measurements.push(...(await scenario.run({ ...context, rounds })));
    } catch (error) {
      context.signal.throwIfAborted();
      notRun.push({
        scenario: scenario.name,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { measurements, notRun };
}
