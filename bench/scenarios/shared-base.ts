import { measureFetches } from "../fetch-runs.ts";
import { pickValues } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";
import { sharingImages } from "./images.ts";

/** A layer that many pulls want at the same time is to come once, and to hold nobody up. */
export const sharedBase: Scenario = {
  name: "shared-base",
  summary: "8 images that share a layer of 60 MB, cold",
  needs: ["containerd"],
  rounds: 7,
  async run(context) {
    const stage = await context.stage();
    const list = await stage.publish("sharing", sharingImages());
    const runs = await measureFetches(stage, list, context.contestants, context, { store: "cold" });
    const goals = [
      { limit: 1, against: "image-prefetcher" },
      { limit: 1.05, against: "bare calls" },
    ] as const;
    const values = pickValues(runs, ({ totalMs }) => totalMs);
    return [{ scenario: this.name, what: "total", unit: "ms", values, goals }];
  },
};
