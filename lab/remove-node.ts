import { ConfigError } from "../src/lib/config-error.ts";
import { removeLastNode } from "./cluster/add-node.ts";
import { readLabPlaces, runEntry, runningEndpoints } from "./entry.ts";
import { withLock } from "./lock.ts";
import { readLabState } from "./state.ts";

await runEntry("remove-node", async () => {
  const { folder, lockFile } = readLabPlaces();
  const name = await withLock(lockFile, async () => {
    const endpoints = runningEndpoints(readLabState(folder));
    if (endpoints?.cluster === undefined)
      throw new ConfigError("there is no cluster that is up; run lab/up --cluster first");
    return removeLastNode(folder, endpoints, endpoints.cluster);
  });
  process.stdout.write(`${name} is gone.\n`);
  return 0;
});
