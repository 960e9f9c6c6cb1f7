import { measureFetches } from "../fetch-runs.ts";
import { limitLoopback } from "../link.ts";
import { pickValues } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";
import { twelveImages } from "./images.ts";

/** Where the link is the bound, order decides how early images are there. */
export const slowLink: Scenario = {
  name: "slow-link",
  summary: "12 images of 21 MB, cold, over a link of 400 Mbit/s",
  needs: ["containerd", "own network"],
  rounds: 5,
  async run(context) {
    const stage = await context.stage();
    const list = await stage.publish("twelve", twelveImages());
    const restore = await limitLoopback(400);
    try {
      const options = { store: "cold", observeEveryMs: 10 } as const;
      const runs = await measureFetches(stage, list, context.contestants, context, options);
      const against = "image-prefetcher" as const;
      const totals = pickValues(runs, ({ totalMs }) => totalMs);
      const ready = pickValues(runs, ({ meanReadyMs }) => meanReadyMs);
      const base = { scenario: this.name, unit: "ms" } as const;
      return [
        { ...base, what: "total", values: totals, goals: [{ limit: 1, against }] },
        { ...base, what: "mean time to an image", values: ready, goals: [{ limit: 0.95, against }] },
      ];
    } finally {
      await restore();
    }
  },
};
