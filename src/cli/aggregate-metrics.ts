import { ConfigError } from "../lib/config-error.ts";
import { createLogger } from "../lib/log.ts";
import { runAggregator } from "../results/metrics/aggregator.ts";
import { asFlagError } from "./aggregate-metrics-error.ts";
import { type AggregateMetricsOptions, aggregateMetricsCommand } from "./aggregate-metrics-options.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { readFlagFile, readTokenFile } from "./flag-file.ts";
import { renderHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";

/** `prestow aggregate-metrics`; a stop is what ends it, so that is success. Throws a `ConfigError`. */
export async function runAggregateMetricsCommand(
  argv: readonly string[],
  context: CliContext,
): Promise<number> {
  const parsed = parseArguments(aggregateMetricsCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(aggregateMetricsCommand));
    return exitCodes.ok;
  }
  const { options, positionals } = parsed;
  if (positionals.length > 0) throw new ConfigError("aggregate-metrics takes flags only");
  const { stderr, clock } = context;
  const level = options.debug ? "debug" : "info";
  const log = createLogger({ level, format: "json", clock, write: (line) => stderr.write(`${line}\n`) });
  const tls = await readTls(options);
  const { listenAddress: host, grpcPort, httpPort, maxEntries, stateFile, tokenFile } = options;
  const token = tokenFile === undefined ? undefined : await readTokenFile("token-file", tokenFile);
  try {
    const settings = { host, grpcPort, httpPort, maxEntries, stateFile, tls, token };
    await runAggregator(settings, log, context.signal);
  } catch (error) {
    throw asFlagError(error);
  }
  return exitCodes.ok;
}

async function readTls({ tlsCertFile, tlsKeyFile }: AggregateMetricsOptions) {
  if (tlsCertFile === undefined && tlsKeyFile === undefined) return undefined;
  if (tlsCertFile === undefined || tlsKeyFile === undefined) {
    throw new ConfigError("--tls-cert-file and --tls-key-file: give both or neither");
  }
  return {
    cert: await readFlagFile("tls-cert-file", tlsCertFile),
    key: await readFlagFile("tls-key-file", tlsKeyFile),
  };
}
