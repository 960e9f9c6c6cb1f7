import { measureFetches } from "../fetch-runs.ts";
import { pickValues } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";
import { twelveImages } from "./images.ts";

/** As fast as processor and disk allow. */
export const loopback: Scenario = {
  name: "loopback",
  summary: "12 images of 21 MB, cold, from a registry on loopback",
  needs: ["containerd"],
  rounds: 9,
  async run(context) {
    const stage = await context.stage();
    const list = await stage.publish("twelve", twelveImages());
    const runs = await measureFetches(stage, list, context.contestants, context, { store: "cold" });
    const goals = [
      { limit: 1, against: "image-prefetcher" },
      { limit: 1.05, against: "bare calls" },
    ] as const;
    const values = pickValues(runs, ({ totalMs }) => totalMs);
    return [{ scenario: this.name, what: "total", unit: "ms", values, goals }];
  },
};
