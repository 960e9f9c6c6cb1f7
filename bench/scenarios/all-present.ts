import { measureFetches } from "../fetch-runs.ts";
import { pickValues } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";
import { smallImages } from "./images.ts";

/** What a run costs that has nothing to do. */
export const allPresent: Scenario = {
  name: "all-present",
  summary: "100 images that are all there",
  needs: ["containerd"],
  rounds: 9,
  async run(context) {
    const stage = await context.stage();
    const list = await stage.publish("hundred", smallImages());
    await stage.makeCold();
    const bounds = { timeoutMs: 60_000, signal: context.signal };
    for (const image of list.images) await stage.runtime.pullImage({ image }, bounds);
    const runs = await measureFetches(stage, list, context.contestants, context, { store: "warm" });
    const values = pickValues(runs, ({ totalMs }) => totalMs);
    return [{ scenario: this.name, what: "total", unit: "ms", values, goals: [] }];
  },
};
