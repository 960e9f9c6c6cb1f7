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
    context.stderr.write(`prestow: ${describe(error)}\n`);
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
 * The manifest of Octops image syncer gives no subcommand, and CONN_TARGET in the environment: that is the agent, whose
 * flags then stand alone.
 */
function decideCommandLine(argv: readonly string[], env: CliContext["env"]): readonly string[] {
  const [name = "--"] = argv;
  if (!name.startsWith("-") || questions.has(name) || !env["CONN_TARGET"]) return argv;
  return ["agent", "--source=fleets", ...argv];
}

function unknownCommand(name: string): ConfigError {
  const nearest = suggest(
    name,
    commands.map((command) => command.name),
  );
  const hint = nearest === undefined ? "run prestow --help for the list" : `did you mean ${nearest}?`;
  return new ConfigError(`unknown command "${printable(name, 60)}": ${hint}`);
}

function describe(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
