import { ConfigError } from "../src/lib/config-error.ts";
import { addNode } from "./cluster/add-node.ts";
import { parseAddNodeArguments } from "./cluster/node-taint.ts";
import { readLabPlaces, runEntry, runningEndpoints } from "./entry.ts";
import { withLock } from "./lock.ts";
import { readLabState } from "./state.ts";

await runEntry("add-node", async (signal) => {
  const taints = parseAddNodeArguments(process.argv.slice(2));
  const { cache, folder, lockFile } = readLabPlaces();
  const say = (line: string) => void process.stderr.write(`lab: ${line}\n`);
  const node = await withLock(lockFile, async () => {
    const endpoints = runningEndpoints(readLabState(folder));
    if (endpoints?.cluster === undefined)
      throw new ConfigError("there is no cluster that is up; run lab/up --cluster first");
    const install = { cache, environment: process.env, say, signal };
    return addNode(folder, endpoints, endpoints.cluster, install, taints);
  });
  process.stdout.write(`${node.name} is ready: ${node.address}, ${node.criSocket}\n`);
  return 0;
});
