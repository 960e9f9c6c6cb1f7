import assert from "node:assert/strict";
import { test } from "node:test";
import type { Measurement } from "./measurement.ts";
import { runScenarios, type SharedContext } from "./run-scenarios.ts";
import type { Scenario } from "./scenario.ts";

const figure = (scenario: string): Measurement => ({
  scenario,
  what: "total",
  unit: "ms",
  values: new Map([["prestow", [1]]]),
  goals: [],
});

function createContext(signal = new AbortController().signal): SharedContext {
  const stage = () => Promise.reject(new Error("not needed"));
  return { contestants: [], rounds: undefined, folder: "", signal, stage };
}

function scenario(name: string, part: Partial<Scenario> = {}): Scenario {
  return { name, summary: "", needs: [], rounds: 5, run: async () => [figure(name)], ...part };
}

test("a scenario that fails or cannot run here is named with its reason, and the others have their figures", async () => {
  const failing = scenario("failing", {
    run: () => Promise.reject(new Error("the store does not get cold")),
  });
  const rooted = scenario("rooted", { needs: ["own network"] });
  const { measurements, notRun } = await runScenarios(
    [failing, rooted, scenario("last")],
    new Map([["own network", "needs root"]]),
    createContext(),
    () => {},
  );
  assert.deepEqual(measurements, [figure("last")]);
  assert.deepEqual(notRun, [
    { scenario: "failing", reason: "the store does not get cold" },
    { scenario: "rooted", reason: "needs root" },
  ]);
});

test("a scenario has its own number of rounds where nobody says another", async () => {
  const rounds: number[] = [];
  const counting = scenario("counting", {
    async run(context) {
      rounds.push(context.rounds);
      return [];
    },
  });
  await runScenarios([counting], new Map(), createContext(), () => {});
  await runScenarios([counting], new Map(), { ...createContext(), rounds: 2 }, () => {});
  assert.deepEqual(rounds, [5, 2]);
});

test("a stop ends everything instead of being one scenario's failure", async () => {
  const stop = new AbortController();
  const stopped = scenario("stopped", {
    async run() {
      stop.abort(new Error("stopped by SIGTERM"));
      throw new Error("the program was killed");
    },
  });
  const run = runScenarios([stopped, scenario("next")], new Map(), createContext(stop.signal), () => {});
  await assert.rejects(run, /stopped by SIGTERM/);
});
