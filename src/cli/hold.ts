import { hostname } from "node:os";
import { createConfigSource } from "../hold/config/config-source.ts";
import { runHold } from "../hold/run/run-hold.ts";
import type { Inform } from "../hold/run/watchers.ts";
import { createHoldTelling, type HoldTelling } from "../hold/telling/hold-telling.ts";
import { createKubeClient, type KubeClient } from "../kube/client.ts";
import { createInformer } from "../kube/informer.ts";
import { createLeader } from "../kube/lease.ts";
import { readKubeLogin } from "../kube/login.ts";
import { ConfigError } from "../lib/config-error.ts";
import { createLogger, type Logger } from "../lib/log.ts";
import { createLogrusFormat } from "../lib/logrus-format.ts";
import { createAgentServer } from "../results/agent/agent-server.ts";
import { type MetricsAddress, parseMetricsAddress } from "../results/agent/metrics-address.ts";
import type { HttpServer } from "../results/metrics/http-server.ts";
import { version } from "../version.ts";
import { classifyMessage } from "./classify-message.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderHelp } from "./help.ts";
import { createDigests } from "./hold-digests.ts";
import { type HoldOptions, holdCommand } from "./hold-options.ts";
import { parseArguments } from "./parse-arguments.ts";

const stopGraceMs = 500;

/** `prestow hold`; a stop is what ends it, so that is success. Throws a `ConfigError`. */
export async function runHoldCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(holdCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(holdCommand));
    return exitCodes.ok;
  }
  const { options, positionals } = parsed;
  if (positionals.length > 0) throw new ConfigError("hold takes flags only");
  const address = parseMetricsAddress(options.metricsBindAddress);
  const log = createHoldLogger(options, context);
  const { env, clock } = context;
  const source = await createConfigSource({ env, configDir: options.configDir, clock, log });
  const config = await readKubeLogin({ kubeconfig: options.kubeconfig, env, clock });
  const client = createKubeClient({ config, userAgent: `prestow/${version}`, clock });
  try {
    await serveAndHold({ context, log, source, client, address });
  } finally {
    client.close();
  }
  return exitCodes.ok;
}

interface Session {
  readonly context: CliContext;
  readonly log: Logger;
  readonly source: Awaited<ReturnType<typeof createConfigSource>>;
  readonly client: KubeClient;
  readonly address: MetricsAddress | undefined;
}

async function serveAndHold({ context, log, source, client, address }: Session): Promise<void> {
  const { clock, random, signal } = context;
  const telling = createHoldTelling({ version, client, clock, random, log, signal });
  const digests = createDigests(client, source.current, context, log);
  const server = await startServer(address, telling);
  const { namespace, deploymentName: name } = source.current();
  const identity = `${hostname()}_${Math.floor(random() * 2 ** 40).toString(36)}`;
  const inform: Inform = (options) => createInformer({ client, clock, random, log, ...options });
  log.info("controller started", { version, identity });
  try {
    await runHold(
      {
        source,
        client,
        inform,
        leader: createLeader({ client, namespace, name, identity, clock, random, log }),
        resolveDigest: digests.resolve,
        classify: classifyMessage,
        telling,
        clock,
        random,
        log,
      },
      signal,
    );
  } finally {
    digests.close();
    await server?.stop(stopGraceMs);
  }
}

async function startServer(
  address: MetricsAddress | undefined,
  { health, metrics }: HoldTelling,
): Promise<HttpServer | undefined> {
  if (address === undefined) return undefined;
  return await createAgentServer({ address, health, families: () => metrics.families() });
}

function createHoldLogger({ debug, logFormat }: HoldOptions, { stderr, clock }: CliContext): Logger {
  const terminal = stderr.terminal !== undefined;
  return createLogger({
    level: debug ? "debug" : "info",
    format: logFormat === "json" ? "json" : createLogrusFormat({ terminal, clock }),
    clock,
    write: (line) => stderr.write(`${line}\n`),
  });
}
