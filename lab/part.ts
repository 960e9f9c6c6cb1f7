import { ConfigError } from "../src/lib/config-error.ts";
import { listParts, restartPart, startEndedPart, stopPart } from "./cluster/parts.ts";
import { readLabPlaces, runEntry } from "./entry.ts";
import { withLock } from "./lock.ts";
import { readLabState } from "./state.ts";

const usage = "use lab/part, or lab/part stop|start|restart|pid NAME";

async function runAction(folder: string, action: string, name: string): Promise<string> {
  const part = readLabState(folder)?.processes.find((process) => process.name === name);
  if (part === undefined) throw new ConfigError(`${name}: the lab has no such part; lab/part lists them`);
  if (action === "stop") await stopPart(folder, part);
  else if (action === "start") await startEndedPart(folder, part);
  else if (action === "restart") await restartPart(folder, part);
  else if (action === "pid") return `${part.pid}\n`;
  else throw new ConfigError(`${action}: no such action; ${usage}`);
  return "";
}

await runEntry("part", async () => {
  const { folder, lockFile } = readLabPlaces();
  const [action, name, ...more] = process.argv.slice(2);
  if (more.length > 0 || (action !== undefined && name === undefined)) throw new ConfigError(usage);
  const output =
    action === undefined || name === undefined
      ? listParts(readLabState(folder)?.processes ?? [])
      : await withLock(lockFile, () => runAction(folder, action, name));
  process.stdout.write(output);
  return 0;
});
