import { agentSubcommand } from "./agent-subcommand.ts";
import { aggregateMetricsCommand } from "./aggregate-metrics-options.ts";
import type { Command, Subcommand } from "./command.ts";
import { deployCommand } from "./deploy-options.ts";
import { fetchCommand } from "./fetch-options.ts";
import { holdCommand } from "./hold-options.ts";
import { sleepCommand } from "./sleep-options.ts";
import { unpinCommand } from "./unpin-options.ts";

/** Every subcommand, in the order of help and docs. Each loads its code when it runs: start-up is part of a fetch. */
export const subcommands: readonly Subcommand[] = [
  {
    command: fetchCommand,
    run: async (argv, context) => (await import("./fetch.ts")).runFetchCommand(argv, context),
  },
  agentSubcommand,
  {
    command: holdCommand,
    run: async (argv, context) => (await import("./hold.ts")).runHoldCommand(argv, context),
  },
  {
    command: unpinCommand,
    run: async (argv, context) => (await import("./unpin.ts")).runUnpinCommand(argv, context),
  },
  {
    command: sleepCommand,
    run: async (argv, context) => (await import("./sleep.ts")).runSleepCommand(argv, context),
  },
  {
    command: aggregateMetricsCommand,
    run: async (argv, context) =>
      (await import("./aggregate-metrics.ts")).runAggregateMetricsCommand(argv, context),
  },
  {
    command: deployCommand,
    run: async (argv, context) => (await import("./deploy.ts")).runDeployCommand(argv, context),
  },
];

/** The same, for those who only describe them. */
export const commands: readonly Command[] = subcommands.map(({ command }) => command);
