import { readFile } from "node:fs/promises";
import { ConfigError } from "../lib/config-error.ts";
import { createLogger } from "../lib/log.ts";
import { runAggregator } from "../results/metrics/aggregator.ts";
import { type AggregateMetricsOptions, aggregateMetricsCommand } from "./aggregate-metrics-options.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
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
  const token = await readToken(options);
  const { listenAddress: host, grpcPort, httpPort, maxEntries, stateFile } = options;
  try {
    const settings = { host, grpcPort, httpPort, maxEntries, stateFile, tls, token };
    await runAggregator(settings, log, context.signal);
  } catch (error) {
    throw asConfigError(error, options);
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

async function readToken({ tokenFile }: AggregateMetricsOptions): Promise<string | undefined> {
  if (tokenFile === undefined) return undefined;
  const token = (await readFlagFile("token-file", tokenFile)).toString().trim();
  if (!/^\S+$/.test(token)) throw new ConfigError(`--token-file: ${tokenFile} holds no single token`);
  return token;
}

async function readFlagFile(flag: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConfigError(`--${flag}: ${describe(error)}`);
  }
}

/** What the system or OpenSSL refuses at the start is what the flags say. */
function asConfigError(error: unknown, options: AggregateMetricsOptions): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === "listen" || syscall === "getaddrinfo") {
    return new ConfigError(`--grpc-port, --http-port, --listen-address: ${describe(error)}`);
  }
  if (String(error.code).startsWith("ERR_OSSL")) {
    return new ConfigError(`--tls-cert-file, --tls-key-file: ${describe(error)}`);
  }
  return new ConfigError(`--state-file: ${options.stateFile ?? ""}: ${describe(error)}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
