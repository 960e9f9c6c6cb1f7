import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeRuntime } from "../../test/cri/fake-runtime.ts";
import { measureRun } from "../measure.ts";
import { pickValues, runRounds } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";

/** How long a program is busy with itself before it pulls: seen by a runtime that answers at once. */
export const firstPull: Scenario = {
  name: "first-pull",
  summary: "from the start of the process to its first PullImage call",
  needs: [],
  rounds: 15,
  async run(context) {
    const socketPath = join(context.folder, "fake.sock");
    const runtime = await startFakeRuntime({ socketPath });
    const images = Array.from({ length: 12 }, (_, index) => `registry.example/image${index + 1}:v1`);
    for (const image of images) runtime.images.publish(image);
    const listFile = join(context.folder, "first-pull.txt");
    await writeFile(listFile, images.map((image) => `${image}\n`).join(""));
    try {
      const contestants = context.contestants.filter(({ name }) => name !== "bare calls");
      const runs = await runRounds(contestants, context.rounds, async (contestant) => {
        for (const image of images) runtime.images.remove(image);
        const before = runtime.calls("PullImage").length;
        const { signal } = context;
        const { startedAtMs } = await measureRun(contestant.fetch(socketPath, listFile), { signal });
        const first = runtime.calls("PullImage")[before];
        if (first === undefined) throw new Error(`${contestant.name} made no PullImage call`);
        return performance.timeOrigin + first.atMs - startedAtMs;
      });
      const values = pickValues(runs, (ms) => ms);
      return [
        { scenario: this.name, what: "start to PullImage", unit: "ms", values, goals: [{ limit: 120 }] },
      ];
    } finally {
      await runtime.close();
    }
  },
};
