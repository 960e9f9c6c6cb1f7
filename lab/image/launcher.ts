import { join } from "node:path";
import { findProgramFolder } from "../install/which.ts";
import type { Environment } from "../paths.ts";
import { runCommand } from "../run-command.ts";

/** The source of the image's entrypoint. */
export const launcherSource = join(import.meta.dirname, "../../deploy/image/launcher.c");

/** What the Dockerfile compiles it with; a test compares them. */
export const launcherFlags = ["-Wall", "-Wextra", "-Werror", "-Os", "-static", "-s"] as const;

export interface LauncherOptions {
  readonly environment: Environment;
  /** Where the program goes. */
  readonly output: string;
  /** Where it looks for Node.js, one after another; the image's own places where it is absent. */
  readonly nodes?: readonly string[];
  /** What it gives to Node.js; the image's own path where it is absent. */
  readonly bundle?: string;
  /** The same for the agent. */
  readonly agentBundle?: string;
  readonly signal?: AbortSignal;
}

/** Compiles the launcher for this machine. Throws where there is no C compiler. */
export async function compileLauncher(options: LauncherOptions): Promise<void> {
  const { environment, output, nodes, bundle, agentBundle, signal } = options;
  if (findProgramFolder("gcc", environment) === undefined)
    throw new Error("the image's launcher is C and there is no gcc on PATH: install gcc and libc6-dev");
  const quoted = (text: string) => JSON.stringify(text);
  const defines = [
    ...(nodes === undefined ? [] : [`-DNODES=${nodes.map(quoted).join(", ")}`]),
    ...(bundle === undefined ? [] : [`-DBUNDLE=${quoted(bundle)}`]),
    ...(agentBundle === undefined ? [] : [`-DAGENT_BUNDLE=${quoted(agentBundle)}`]),
  ];
  await runCommand(["gcc", ...launcherFlags, ...defines, "-o", output, launcherSource], {
    environment,
    ...(signal ? { signal } : {}),
  });
}
