import type { Contestant } from "./contestants.ts";
import type { Measurement } from "./measurement.ts";
import type { Stage } from "./stage.ts";

export type Need = "containerd" | "own network";

/** What a scenario works with. */
export interface ScenarioContext {
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  /** For files of its own. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** The registry and the containerd, started when they are first asked for. */
  stage(): Promise<Stage>;
}

/** One thing that is measured, under one name. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly needs: readonly Need[];
  /** How many rounds there are where nobody says. */
  readonly rounds: number;
  run(context: ScenarioContext): Promise<Measurement[]>;
}
