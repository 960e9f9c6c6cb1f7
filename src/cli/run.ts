import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { suggest } from "../lib/suggest.ts";
import { version } from "../version.ts";
import { commands, subcommands } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderOverview } from "./help.ts";

const help = ["help", "-h", "-help", "--help"];
const versions = ["version", "-version", "--version"];
const questions: ReadonlySet<string> = new Set([...help, ...versions]);

/** Runs the command line (without interpreter and script) to its exit status; never throws. */
export async function runCommandLine(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    return await dispatch(argv, context);
  } catch (error) {
    for (const line of describe(error)) context.stderr.write(`prestow: ${line}\n`);
    return error instanceof ConfigError ? exitCodes.usage : exitCodes.failed;
  }
}

async function dispatch(argv: readonly string[], context: CliContext): Promise<number> {
  const [name, ...rest] = decideCommandLine(argv, context.env);
  if (name === undefined) {
    context.stderr.write(renderOverview(commands));
    return exitCodes.usage;
  }
  if (help.includes(name)) {
    context.stdout.write(renderOverview(commands));
    return exitCodes.ok;
  }
  if (versions.includes(name)) {
    context.stdout.write(`prestow ${version}\n`);
    return exitCodes.ok;
  }
  const found = subcommands.find(({ command }) => command.name === name);
  if (found === undefined) throw unknownCommand(name);
  return await found.run(rest, context);
}

/**
 * The manifests of kubernetes-image-puller and Octops image syncer give no subcommand, but a variable of their own: what
 * follows are flags that stand alone.
 */
function decideCommandLine(argv: readonly string[], env: CliContext["env"]): readonly string[] {
  const [name = "--"] = argv;
  if (!name.startsWith("-") || questions.has(name)) return argv;
  if (env["DEPLOYMENT_NAME"]) return ["hold", ...argv];
  return env["CONN_TARGET"] ? ["agent", "--source=fleets", ...argv] : argv;
}

function unknownCommand(name: string): ConfigError {
  const nearest = suggest(
    name,
    commands.map((command) => command.name),
  );
  const hint = nearest === undefined ? "run prestow --help for the list" : `did you mean ${nearest}?`;
  return new ConfigError(`unknown command "${printable(name, 60)}": ${hint}`);
}

function describe(error: unknown): string[] {
  if (!(error instanceof Error)) return [printable(String(error))];
  // What is configured by many values may have many faults, a line each.
  const lines = error instanceof ConfigError ? error.message.split("\n") : [error.message];
  return lines.map((line) => printable(line));
}
