import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../src/lib/config-error.ts";
import { readLabPlaces, runEntry, runningEndpoints } from "./entry.ts";
import { enterLab, labEnvironment } from "./environment.ts";
import { readLabState } from "./state.ts";

const checkout = join(import.meta.dirname, "..");

/** Runs a command to its end with our terminal; resolves to its exit status, 128 and the number for a signal. */
function runForeground(
  command: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const [program, ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program, args, { stdio: "inherit", env: environment });
  // A terminal's Ctrl-C reaches the command by itself; a signal sent to us alone does not.
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => reject(new ConfigError(`${program} cannot be run: ${error.message}`)));
  child.on("exit", (code, signal) =>
    resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
  );
  return promise;
}

await runEntry("exec", async () => {
  const command = process.argv.slice(2);
  if (command.length === 0) throw new ConfigError("no command given; use lab/exec CMD ARG…");
  const { folder } = readLabPlaces();
  const endpoints = runningEndpoints(readLabState(folder));
  if (endpoints === undefined)
    throw new ConfigError(`the lab is not up (nothing in ${folder}); run lab/up first`);
  return runForeground(
    [...enterLab(endpoints), ...command] as [string, ...string[]],
    labEnvironment(process.env, endpoints, checkout) as NodeJS.ProcessEnv,
  );
});
