import { agentCommand } from "./agent-options.ts";
import type { Subcommand } from "./command.ts";

/** `prestow agent`; its code is loaded when it runs. */
export const agentSubcommand: Subcommand = {
  command: agentCommand,
  run: async (argv, context) => (await import("./agent.ts")).runAgentCommand(argv, context),
};
