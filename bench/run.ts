import type { InstallContext } from "../lab/install/context.ts";
import { installContainerd, installRegistry } from "../lab/install/tools.ts";
import { cacheFolder } from "../lab/paths.ts";
import { decideRequirements, readMachine } from "../lab/requirements.ts";
import { ConfigError } from "../src/lib/config-error.ts";
import { runBench } from "./bench.ts";
import { readNetworkObstacle, runInOwnNetwork } from "./link.ts";
import { parseBenchOptions, renderBenchHelp } from "./options.ts";
import type { Need } from "./scenario.ts";
import { scenarios } from "./scenarios/all.ts";

function createStopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  }
  return stop.signal;
}

async function readObstacles(environment: NodeJS.ProcessEnv): Promise<Map<Need, string>> {
  const obstacles = new Map<Need, string>();
  const lab = decideRequirements(await readMachine(environment));
  if (lab !== undefined) obstacles.set("containerd", lab.split("\n")[0] ?? lab);
  const network = await readNetworkObstacle(environment);
  if (network !== undefined) obstacles.set("own network", network);
  return obstacles;
}

// All runs in a network namespace where it can, so that one containerd and one registry serve the slow link too;
// what has to be installed is installed outside, where there is a network.
async function run(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const options = parseBenchOptions(
    argv,
    scenarios.map(({ name }) => name),
  );
  if (options.help) {
    process.stdout.write(renderBenchHelp(scenarios));
    return 0;
  }
  const environment = process.env;
  const say = (line: string) => process.stderr.write(`bench: ${line}\n`);
  const install: InstallContext = { cache: cacheFolder(environment), environment, say, signal };
  const obstacles = await readObstacles(environment);
  if (!options.inOwnNetwork && obstacles.size === 0) {
    await installContainerd("cached", install);
    await installRegistry(install);
    const self = [process.execPath, import.meta.filename, "--in-own-network", ...argv];
    return await runInOwnNetwork(self, signal);
  }
  const chosen = scenarios.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  return (await runBench(chosen, { options, install, signal, obstacles })) ? 0 : 1;
}

const signal = createStopSignal();
try {
  process.exitCode = await run(process.argv.slice(2), signal);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
