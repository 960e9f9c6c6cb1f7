import { ConfigError } from "../src/lib/config-error.ts";
import { readLabPlaces, runEntry } from "./entry.ts";
import { installHelm } from "./install/helm.ts";
import { installKwok } from "./install/kwok.ts";

const tools = new Map([
  ["helm", installHelm],
  ["kwok", installKwok],
]);

await runEntry("tool", async (signal) => {
  const [name = "", ...more] = process.argv.slice(2);
  const install = tools.get(name);
  if (install === undefined || more.length > 0)
    throw new ConfigError(`use lab/tool ${[...tools.keys()].join("|")}`);
  const say = (line: string) => void process.stderr.write(`lab: ${line}\n`);
  const { cache } = readLabPlaces();
  process.stdout.write(`${await install({ cache, environment: process.env, say, signal })}\n`);
  return 0;
});
