import type { Command } from "./command.ts";
import type { RunCommand } from "./context.ts";
import { runFetchCommand } from "./fetch.ts";
import { fetchCommand } from "./fetch-options.ts";
import { runSleepCommand, sleepCommand } from "./sleep.ts";

export interface Subcommand {
  readonly command: Command;
  readonly run: RunCommand;
}

/** Every subcommand, in the order of help and docs. */
export const subcommands: readonly Subcommand[] = [
  { command: fetchCommand, run: runFetchCommand },
  { command: sleepCommand, run: runSleepCommand },
];

/** The same, for those who only describe them. */
export const commands: readonly Command[] = subcommands.map(({ command }) => command);
