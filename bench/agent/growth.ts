import { pushFreshImages } from "../../test/cluster/images.ts";
import type { Measurement } from "../measurement.ts";
import { applyFleets, createFleet, deleteFleets } from "./fleets.ts";
import { type AgentStage, startAll, stopAll, waitFor, waitForCalm } from "./stage.ts";

const imageCount = 50;
const early = 2_000;
const late = 12_000;

/** What 10,000 syncs leave behind in memory: of ours alone, as the other cannot sync so often. */
export async function measureGrowth(stage: AgentStage): Promise<Measurement[]> {
  const images = await pushFreshImages(imageCount);
  await applyFleets([createFleet("growth", images)]);
  const ours = stage.contestants.filter(({ name }) => name === "prestow");
  const agents = await startAll({ ...stage, contestants: ours }, { syncPeriod: "5ms" });
  try {
    await waitForCalm(agents, imageCount);
    const [agent] = agents;
    if (agent === undefined) return [];
    const syncs = () => agent.proxy.calls("ListImages").length;
    await waitFor(async () => (syncs() >= early ? true : undefined), `${early} syncs`, 300_000);
    const before = agent.memory().anonymousBytes;
    await waitFor(async () => (syncs() >= late ? true : undefined), `${late} syncs`, 300_000);
    const values = (bytes: number) => new Map([[agent.name, [bytes]]]);
    const base = { scenario: "growth", unit: "bytes", goals: [] } as const;
    return [
      { ...base, what: `anonymous after ${early} syncs`, values: values(before) },
      { ...base, what: `anonymous after ${late} syncs`, values: values(agent.memory().anonymousBytes) },
    ];
  } finally {
    await stopAll(agents);
    await deleteFleets();
  }
}
