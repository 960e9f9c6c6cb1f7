import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "../contestants.ts";
import { start } from "../measure.ts";
import { type ProcessMemory, readProcessMemory } from "../process-memory.ts";
import { pickValues, runRounds } from "../rounds.ts";
import type { Scenario } from "../scenario.ts";

const settleMs = 1_000;

/** What stays in memory once the images are there. */
export const idleMemory: Scenario = {
  name: "idle-memory",
  summary: "`sleep`, one second after its start",
  needs: [],
  rounds: 3,
  async run(context) {
    const contestants = context.contestants.filter(({ sleep }) => sleep !== undefined);
    const runs = await runRounds(contestants, context.rounds, async ({ sleep }) =>
      readIdleMemory(sleep, context.signal),
    );
    const base = { scenario: this.name, unit: "bytes", goals: [] } as const;
    return [
      { ...base, what: "RSS", values: pickValues(runs, ({ residentBytes }) => residentBytes) },
      { ...base, what: "anonymous", values: pickValues(runs, ({ anonymousBytes }) => anonymousBytes) },
    ];
  },
};

async function readIdleMemory(command: Command | undefined, signal: AbortSignal): Promise<ProcessMemory> {
  if (command === undefined) throw new Error("nothing to start");
  const child = start(command, signal);
  const closed = once(child, "close");
  try {
    await Promise.race([delay(settleMs, undefined, { signal }), closed]);
    const memory = child.pid === undefined ? undefined : readProcessMemory(child.pid);
    if (memory === undefined) throw new Error(`\`${command.join(" ")}\` ended instead of waiting`);
    return memory;
  } finally {
    child.kill("SIGTERM");
    await closed;
  }
}
