import type { RunCommand } from "./context.ts";
import type { OptionsTable } from "./options.ts";

export interface Example {
  /** What it is for, one line. */
  readonly description: string;
  /** What to type; may have several lines. */
  readonly command: string;
}

/** What a subcommand is called and takes: help, docs and the parser all read this one description. */
export interface Command<T extends OptionsTable = OptionsTable> {
  readonly name: string;
  /** One line for the list of subcommands. */
  readonly summary: string;
  /** Paragraphs, separated by empty lines; they are wrapped. */
  readonly description: string;
  /** What follows the name: `[flags] [IMAGE…]`. */
  readonly usage: string;
  readonly options: T;
  readonly examples: readonly Example[];
}

/** What a command is, and what it does. */
export interface Subcommand {
  readonly command: Command;
  readonly run: RunCommand;
}
