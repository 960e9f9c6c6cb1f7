import { createInformer } from "../../src/kube/informer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { pushFreshImages, removeImages } from "../../test/cluster/images.ts";
import type { Measurement } from "../measurement.ts";
import { applyFleets, createFleet, deleteFleets, fleetsPath } from "./fleets.ts";
import type { RunningAgent } from "./running-agent.ts";
import { type AgentStage, startAll, stopAll, waitFor, waitForCalm } from "./stage.ts";

const rounds = 8;

/** How soon an agent pulls: after the event of a Fleet, and after an image was deleted. */
export async function measureEvents(stage: AgentStage): Promise<Measurement[]> {
  const agents = await startAll(stage, { syncPeriod: "15s" });
  const seen = watchFleets(stage);
  try {
    await waitForCalm(agents, 0);
    const applied = emptyValues(agents);
    const deleted = emptyValues(agents);
    for (let round = 0; round < rounds; round++) {
      const [image = ""] = await pushFreshImages(1);
      const name = `event-${round}`;
      const since = agents.map(countPulls);
      await applyFleets([createFleet(name, [image])]);
      const eventMs = await waitFor(() => seen.at(`default/${name}`), `the event of ${name}`);
      await addPulls(agents, since, eventMs, applied);
      await waitFor(() => stage.presentEverywhere(image), `${image} on every node`);
      const before = agents.map(countPulls);
      const startMs = performance.timeOrigin + performance.now();
      await Promise.all(stage.nodes.map((node) => removeImages(node, [image])));
      await addPulls(agents, before, startMs, deleted);
      await waitFor(() => stage.presentEverywhere(image), `${image} again on every node`);
    }
    const base = { scenario: "events", unit: "ms" } as const;
    return [
      { ...base, what: "event of a Fleet to PullImage", values: applied, goals: [{ limit: 50 }] },
      { ...base, what: "deletion to PullImage", values: deleted, goals: [{ limit: 100 }] },
    ];
  } finally {
    seen.close();
    await stopAll(agents);
    await deleteFleets();
  }
}

function watchFleets(stage: AgentStage) {
  const stop = new AbortController();
  const times = new Map<string, number>();
  const fleets = createInformer({
    client: stage.client,
    path: fleetsPath,
    extract: () => true,
    clock: systemClock,
    random: Math.random,
  });
  void fleets.run(() => {
    const nowMs = performance.timeOrigin + performance.now();
    for (const key of fleets.objects.keys()) if (!times.has(key)) times.set(key, nowMs);
  }, stop.signal);
  return { at: async (key: string) => times.get(key), close: () => stop.abort() };
}

function emptyValues(agents: readonly RunningAgent[]): Map<RunningAgent["name"], number[]> {
  return new Map(agents.map(({ name }) => [name, []]));
}

function countPulls(agent: RunningAgent): number {
  return agent.proxy.calls("PullImage").length;
}

/** Waits for the next PullImage call of each agent and notes how long after `startMs` it came. */
async function addPulls(
  agents: readonly RunningAgent[],
  since: readonly number[],
  startMs: number,
  values: ReadonlyMap<RunningAgent["name"], number[]>,
): Promise<void> {
  for (const [index, agent] of agents.entries()) {
    const call = await waitFor(
      async () => agent.proxy.calls("PullImage")[since[index] ?? 0],
      `a PullImage call of ${agent.name}`,
    );
    values.get(agent.name)?.push(Math.max(0, call.atMs - startMs));
  }
}
