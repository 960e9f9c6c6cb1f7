import { measureFetches } from "../fetch-runs.ts";
import type { Measurement } from "../measurement.ts";
import { pickValues } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";
import { smallImages, twelveImages } from "./images.ts";

const memoryEveryMs = 10;

/** The most that a run has in memory. */
export const memory: Scenario = {
  name: "memory",
  summary: "the most memory of a run, 12 and 100 images, cold",
  needs: ["containerd"],
  rounds: 3,
  async run(context) {
    const stage = await context.stage();
    const contestants = context.contestants.filter(({ name }) => name !== "bare calls");
    const measurements: Measurement[] = [];
    for (const [name, specs] of [
      ["twelve", twelveImages()],
      ["hundred", smallImages()],
    ] as const) {
      const list = await stage.publish(name, specs);
      const runs = await measureFetches(stage, list, contestants, context, { store: "cold", memoryEveryMs });
      const resident = pickValues(runs, ({ peak }) => peak?.peakResidentBytes ?? Number.NaN);
      const anonymous = pickValues(runs, ({ peak }) => peak?.anonymousBytes ?? Number.NaN);
      const base = { scenario: this.name, unit: "bytes", goals: [] } as const;
      measurements.push({ ...base, what: `peak RSS, ${specs.length} images`, values: resident });
      measurements.push({ ...base, what: `peak anonymous, ${specs.length} images`, values: anonymous });
    }
    return measurements;
  },
};
