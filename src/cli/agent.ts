import { createLogger, type Logger } from "../lib/log.ts";
import { createLogrusFormat } from "../lib/logrus-format.ts";
import { createAgentServer } from "../results/agent/agent-server.ts";
import { createTelling, type Telling } from "../results/agent/telling.ts";
import type { HttpServer } from "../results/metrics/http-server.ts";
import { version } from "../version.ts";
import { createCluster } from "./agent-cluster.ts";
import { type AgentFlags, parseAgentFlags, parseRuntimePlace } from "./agent-flags.ts";
import { withPullSecrets } from "./agent-keyring.ts";
import { createNodeView, type NodeView } from "./agent-node.ts";
import { type AgentOptions, agentCommand } from "./agent-options.ts";
import { createAgentRuntime } from "./agent-runtime.ts";
import { type AgentSession, runOnNode } from "./agent-session.ts";
import { type CliContext, StopRequest } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { readKeyring } from "./fetch-keyring.ts";
import { renderHelp } from "./help.ts";
import { parseArguments, refuseArguments } from "./parse-arguments.ts";

const stopGraceMs = 500;

/** `prestow agent`; a stop is what ends it, so that is success. Throws a `ConfigError`. */
export async function runAgentCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(agentCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(agentCommand));
    return exitCodes.ok;
  }
  const { options, positionals } = parsed;
  refuseArguments("agent", positionals);
  const flags = parseAgentFlags(options);
  const place = parseRuntimePlace(options.criSocket, context.env);
  const log = createAgentLog(options, context);
  const cluster = await createCluster(options, flags, context, log);
  const keyring = withPullSecrets(await readKeyring(options, context, log), flags, cluster, context, log);
  const node = await createAgentRuntime(place, context, log);
  const signal = AbortSignal.any([context.signal, node.lost]);
  try {
    await runSession({ options, flags, context, log, node, cluster, keyring, signal });
  } catch (error) {
    if (!(context.signal.reason instanceof StopRequest)) throw error;
  } finally {
    node.close();
    cluster.close();
  }
  // The kubelet then starts a new container, with a new mount.
  if (node.lost.aborted && !context.signal.aborted) throw node.lost.reason;
  return exitCodes.ok;
}

function createAgentLog({ debug, logFormat }: AgentOptions, { stderr, clock }: CliContext): Logger {
  const terminal = stderr.terminal !== undefined;
  return createLogger({
    level: debug ? "debug" : "info",
    format: logFormat === "json" ? "json" : createLogrusFormat({ terminal, clock }),
    clock,
    write: (line) => stderr.write(`${line}\n`),
  });
}

async function runSession(session: AgentSession): Promise<void> {
  const { options, flags, context, log, node, cluster, signal } = session;
  const { clock, random } = context;
  const view = createNodeView(cluster.node, log);
  const telling = createTelling({
    version,
    syncPeriodMs: options.syncPeriodMs,
    sources: cluster.sources,
    node: tellingNode(session, view.facts),
    clock,
    random,
    log,
    signal,
  });
  const server = await startServer(flags, telling);
  try {
    const runtime = await node.connect(signal);
    log.info("agent started", { version, runtime: runtime.name, runtimeVersion: runtime.version });
    const jitterMs = options.startJitterMs * random();
    if (jitterMs > 0) await clock.sleep(jitterMs, signal);
    await runOnNode(session, runtime, telling, view);
  } finally {
    await server?.stop(stopGraceMs);
  }
}

function tellingNode({ options, flags, cluster }: AgentSession, facts: NodeView["facts"]) {
  const { client, node } = cluster;
  if (client === undefined || node === undefined) return undefined;
  const { nodeLabel: label, startupTaint: key } = flags;
  const { events, taintTimeoutMs: timeoutMs } = options;
  const startupTaint = key === undefined ? undefined : { key, timeoutMs };
  return { client, nodeName: node.name, facts, label, startupTaint, events };
}

async function startServer(
  { metricsAddress: address }: AgentFlags,
  { health, metrics }: Telling,
): Promise<HttpServer | undefined> {
  if (address === undefined) return undefined;
  return await createAgentServer({ address, health, families: () => metrics.families() });
}
