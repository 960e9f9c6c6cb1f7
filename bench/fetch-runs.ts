import type { Contestant } from "./contestants.ts";
import { type MeasuredRun, measureRun } from "./measure.ts";
import type { ContestantName } from "./measurement.ts";
import type { ProcessMemory } from "./process-memory.ts";
import { observeReady } from "./ready-observer.ts";
import { runRounds } from "./rounds.ts";
import type { ScenarioContext } from "./scenario.ts";
import type { ImageList, Stage } from "./stage.ts";
import { mean } from "./stats.ts";

export interface FetchRunsOptions {
  /** Whether each run begins without any image, or with all of them. */
  readonly store: "cold" | "warm";
  /** How often to look which images are there; each look costs the runtime a little. */
  readonly observeEveryMs?: number;
  readonly memoryEveryMs?: number;
}

export interface FetchRun {
  readonly totalMs: number;
  /** From the start to each image's listing, on average; 0 where nobody looked. */
  readonly meanReadyMs: number;
  readonly peak: ProcessMemory | undefined;
}

/** Lets every contestant fetch a list once in each round. Throws where an image is not there afterwards. */
export function measureFetches(
  stage: Stage,
  list: ImageList,
  contestants: readonly Contestant[],
  context: Pick<ScenarioContext, "rounds" | "signal">,
  options: FetchRunsOptions,
): Promise<Map<ContestantName, FetchRun[]>> {
  const { observeEveryMs, memoryEveryMs } = options;
  return runRounds(contestants, context.rounds, async (contestant) => {
    context.signal.throwIfAborted();
    if (options.store === "cold") await stage.makeCold();
    const observed = observeEveryMs === undefined ? [] : list.images;
    const observer = observeReady(stage.runtime, observed, observeEveryMs ?? 0);
    const command = contestant.fetch(stage.socket, list.file);
    const run = await measureRun(command, {
      signal: context.signal,
      ...(memoryEveryMs && { memoryEveryMs }),
    });
    const readyAtMs = await observer.finish();
    await observeReady(stage.runtime, list.images, 0).finish();
    const { startedAtMs, totalMs } = countedTime(contestant, run);
    const meanReadyMs = readyAtMs.length === 0 ? 0 : mean(readyAtMs) - startedAtMs;
    return { totalMs, meanReadyMs, peak: run.peak };
  });
}

/** Of the bare calls only the calls count, and they say themselves when that was. */
function countedTime(contestant: Contestant, run: MeasuredRun): { startedAtMs: number; totalMs: number } {
  if (contestant.name !== "bare calls") return run;
  const said: unknown = JSON.parse(run.stdout);
  if (typeof said !== "object" || said === null || !("startedAtMs" in said) || !("totalMs" in said)) {
    throw new Error(`the bare calls did not say their time: ${run.stdout}`);
  }
  return { startedAtMs: Number(said.startedAtMs), totalMs: Number(said.totalMs) };
}
