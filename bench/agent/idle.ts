import { setTimeout as delay } from "node:timers/promises";
import { pushFreshImages } from "../../test/cluster/images.ts";
import type { Measurement } from "../measurement.ts";
import { applyFleets, createFleet, deleteFleets } from "./fleets.ts";
import { type AgentStage, startAll, stopAll, waitForCalm } from "./stage.ts";

const fleets = 12;
const windowMs = 60_000;

/** What an agent costs that has nothing to do: 12 Fleets with as many images, then with 50. */
export async function measureIdle(stage: AgentStage): Promise<Measurement[]> {
  const twelve = await measureOne(stage, 12);
  return [...twelve, ...(await measureOne(stage, 50))];
}

async function measureOne(stage: AgentStage, imageCount: number): Promise<Measurement[]> {
  const images = await pushFreshImages(imageCount);
  const lists = Array.from({ length: fleets }, (_, fleet) =>
    images.filter((_, index) => index % fleets === fleet),
  );
  await applyFleets(lists.map((list, index) => createFleet(`idle-${index}`, list)));
  const agents = await startAll(stage, { syncPeriod: "15s" });
  try {
    await waitForCalm(agents, imageCount);
    const before = agents.map((agent) => [agent.processorMs(), agent.proxy.calls().length] as const);
    await delay(windowMs);
    const rows = agents.map((agent, index) => {
      const [processorMs = 0, calls = 0] = before[index] ?? [];
      return {
        name: agent.name,
        memory: agent.memory(),
        percent: ((agent.processorMs() - processorMs) / windowMs) * 100,
        calls: ((agent.proxy.calls().length - calls) / windowMs) * 60_000,
      };
    });
    const figure = (
      what: string,
      unit: Measurement["unit"],
      pick: (row: (typeof rows)[number]) => number,
      limit?: number,
    ) => ({
      scenario: `idle, ${fleets} Fleets, ${imageCount} images`,
      what,
      unit,
      values: new Map(rows.map((row) => [row.name, [pick(row)]])),
      goals: limit === undefined ? [] : [{ limit }],
    });
    const mega = 1_000_000;
    return [
      figure("anonymous memory", "bytes", ({ memory }) => memory.anonymousBytes, 16 * mega),
      figure("RSS", "bytes", ({ memory }) => memory.residentBytes, 64 * mega),
      figure("of a processor", "percent", ({ percent }) => percent, 0.1),
      figure("CRI calls in a minute", "calls", ({ calls }) => calls),
    ];
  } finally {
    await stopAll(agents);
    await deleteFleets();
  }
}
