import { aggregateMetricsCommand } from "./aggregate-metrics-options.ts";
import type { Command } from "./command.ts";
import type { RunCommand } from "./context.ts";
import { deployCommand } from "./deploy-options.ts";
import { fetchCommand } from "./fetch-options.ts";
import { sleepCommand } from "./sleep-options.ts";

export interface Subcommand {
  readonly command: Command;
  readonly run: RunCommand;
}

/** Every subcommand, in the order of help and docs. Each loads its code when it runs: start-up is part of a fetch. */
export const subcommands: readonly Subcommand[] = [
  {
    command: fetchCommand,
    run: async (argv, context) => (await import("./fetch.ts")).runFetchCommand(argv, context),
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
