import { agentSubcommand } from "./agent-subcommand.ts";
import type { Command, Subcommand } from "./command.ts";

// Stands for commands.ts in the agent's own bundle (scripts/bundle.ts): what is not in it takes no memory on a node.

/** Every subcommand of the agent's bundle. */
export const subcommands: readonly Subcommand[] = [agentSubcommand];

/** The same, for those who only describe them. */
export const commands: readonly Command[] = subcommands.map(({ command }) => command);
