import { ConfigError } from "../src/lib/config-error.ts";
import { readLabPlaces, runEntry, runningEndpoints } from "./entry.ts";
import { simulateNodes } from "./kwok-cluster.ts";
import { parseKwokArguments } from "./kwok-nodes.ts";
import { withLock } from "./lock.ts";
import { readLabState } from "./state.ts";

await runEntry("kwok", async (signal) => {
  const count = parseKwokArguments(process.argv.slice(2));
  const { cache, folder, lockFile } = readLabPlaces();
  const say = (line: string) => void process.stderr.write(`lab: ${line}\n`);
  await withLock(lockFile, async () => {
    const endpoints = runningEndpoints(readLabState(folder));
    if (endpoints?.cluster === undefined)
      throw new ConfigError("there is no cluster that is up; run lab/up --cluster first");
    const install = { cache, environment: process.env, say, signal };
    await simulateNodes({ folder, endpoints, cluster: endpoints.cluster, install }, count);
  });
  process.stdout.write(`${count} simulated nodes\n`);
  return 0;
});
