import { unpinAll } from "../agent/unpin.ts";
import { waitForRuntime } from "../agent/wait-for-runtime.ts";
import { createKubeClient } from "../kube/client.ts";
import type { KubeConfig } from "../kube/config.ts";
import { KubeError } from "../kube/errors.ts";
import { readKubeLogin } from "../kube/login.ts";
import { ConfigError } from "../lib/config-error.ts";
import { createChannel } from "../lib/grpc/channel.ts";
import { createLogger, type Logger } from "../lib/log.ts";
import { isNodeName } from "../results/node-label-name.ts";
import { createContainerdPins } from "../runtime/containerd-pins.ts";
import { createCriRuntime } from "../runtime/cri.ts";
import { RuntimeError } from "../runtime/errors.ts";
import { version } from "../version.ts";
import { checkKey, parseRuntimePlace, type RuntimePlace } from "./agent-flags.ts";
import { type CliContext, StopRequest } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderHelp } from "./help.ts";
import { parseArguments, refuseArguments } from "./parse-arguments.ts";
import { type UnpinOptions, unpinCommand } from "./unpin-options.ts";
import { describeUnreachable } from "./unreachable.ts";

const labelTimeoutMs = 30_000;
const labelPauseMs = 2000;
const labelAttempts = 5;

/** `prestow unpin`; resolves to its exit status. Throws a `ConfigError`. */
export async function runUnpinCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(unpinCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(unpinCommand));
    return exitCodes.ok;
  }
  const { options, positionals } = parsed;
  refuseArguments("unpin", positionals);
  if (!options.all)
    throw new ConfigError("--all: it is needed; prestow unpin --all takes every pin of ours away");
  const { stderr, clock, signal } = context;
  const level = options.debug ? "debug" : "info";
  const log = createLogger({ level, format: "json", clock, write: (line) => stderr.write(`${line}\n`) });
  const place = parseRuntimePlace(options.criSocket, context.env);
  const label = await readLabel(options, context);
  try {
    // Neither waits for the other, and one that fails does not keep the other.
    const [unpinned, unlabelled] = await Promise.all([
      unpin(place, options, context, log),
      label === undefined || removeLabel(label, context, log),
    ]);
    return unpinned === exitCodes.ok && !unlabelled ? exitCodes.failed : unpinned;
  } catch (error) {
    if (signal.reason instanceof StopRequest) return signal.reason.exitCode;
    throw error;
  }
}

/** Resolves to the exit status. */
async function unpin(
  place: RuntimePlace,
  options: UnpinOptions,
  context: CliContext,
  log: Logger,
): Promise<number> {
  const { clock, signal, stderr } = context;
  const channel = createChannel({ target: place.target });
  try {
    const runtime = await waitForRuntime(createCriRuntime(channel), options.runtimeTimeoutMs, clock, signal);
    if (runtime.name !== "containerd") {
      log.info("nothing to unpin: only containerd has pins", { runtime: runtime.name });
      return exitCodes.ok;
    }
    const pins = await unpinAll(createContainerdPins(channel), log, signal);
    log.info("pins taken away", { pins });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    if (error.kind === "unavailable" && "path" in place.target) {
      const told = await describeUnreachable(place.target.path, options.runtimeTimeoutMs, error);
      stderr.write(`prestow: ${told}\n`);
      return exitCodes.runtimeUnreachable;
    }
    log.error("pins are left", { error });
    return exitCodes.failed;
  } finally {
    channel.close();
  }
}

interface NodeLabel {
  readonly key: string;
  readonly node: string;
  readonly config: KubeConfig;
}

/** The label that is to go; undefined where none is asked for. Throws a `ConfigError`, before anything is changed. */
async function readLabel(options: UnpinOptions, { env, clock }: CliContext): Promise<NodeLabel | undefined> {
  const { nodeLabel, kubeconfig, master } = options;
  const key = checkKey("node-label", nodeLabel);
  if (key === undefined) return undefined;
  const node = env["NODE_NAME"] ?? "";
  if (!isNodeName(node)) throw new ConfigError("--node-label: it needs NODE_NAME, the name of this node");
  return { key, node, config: await readKubeLogin({ kubeconfig, master, env, clock }) };
}

/** Resolves to whether the node has no such label any more. */
async function removeLabel(
  { key, node, config }: NodeLabel,
  { clock, signal }: CliContext,
  log: Logger,
): Promise<boolean> {
  const client = createKubeClient({ config, userAgent: `prestow/${version}`, clock });
  const body = { metadata: { labels: { [key]: null } } };
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.patch(
          `/api/v1/nodes/${node}`,
          body,
          { type: "strategic" },
          { timeoutMs: labelTimeoutMs, signal },
        );
        log.info("node label taken away", { node, label: key });
        return true;
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        // A node that is not there has no label.
        if (error.kind === "not-found") return true;
        if (attempt === labelAttempts || error.kind === "forbidden") {
          log.error("the node label is left", { node, label: key, error });
          return false;
        }
      }
      await clock.sleep(labelPauseMs, signal);
    }
  } finally {
    client.close();
  }
}
