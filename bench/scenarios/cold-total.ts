import type { LayerSpec } from "../../lab/images/build.ts";
import { measureFetches } from "../fetch-runs.ts";
import { pickValues } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";

/** How long each contestant takes for one list onto a cold store, with nothing in the way but this machine. */
export function createColdTotal(
  about: Pick<Scenario, "name" | "summary" | "rounds">,
  list: string,
  images: () => readonly (readonly LayerSpec[])[],
): Scenario {
  return {
    ...about,
    needs: ["containerd"],
    async run(context) {
      const stage = await context.stage();
      const published = await stage.publish(list, images());
      const runs = await measureFetches(stage, published, context.contestants, context, { store: "cold" });
      const goals = [
        { limit: 1, against: "image-prefetcher" },
        { limit: 1.05, against: "bare calls" },
      ] as const;
      const values = pickValues(runs, ({ totalMs }) => totalMs);
      return [{ scenario: about.name, what: "total", unit: "ms", values, goals }];
    },
  };
}
