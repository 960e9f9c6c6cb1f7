import { unpinAll } from "../agent/unpin.ts";
import { waitForRuntime } from "../agent/wait-for-runtime.ts";
import { createKubeClient } from "../kube/client.ts";
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
import { checkKey, parseRuntimePlace } from "./agent-flags.ts";
import { type CliContext, StopRequest } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";
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
  if (positionals.length > 0) throw new ConfigError("unpin takes flags only");
  if (!options.all)
    throw new ConfigError("--all: it is needed; prestow unpin --all takes every pin of ours away");
  const { stderr, clock, signal } = context;
  const level = options.debug ? "debug" : "info";
  const log = createLogger({ level, format: "json", clock, write: (line) => stderr.write(`${line}\n`) });
  checkKey("node-label", options.nodeLabel);
  try {
    // Neither waits for the other, and one that fails does not keep the other.
    const [unpinned, unlabelled] = await Promise.all([
      unpin(options, context, log),
      removeLabel(options, context, log),
    ]);
    return unpinned === exitCodes.ok && !unlabelled ? exitCodes.failed : unpinned;
  } catch (error) {
    if (signal.reason instanceof StopRequest) return signal.reason.exitCode;
    throw error;
  }
}

/** Resolves to the exit status. */
async function unpin(options: UnpinOptions, context: CliContext, log: Logger): Promise<number> {
  const { clock, signal, stderr, env } = context;
  const place = parseRuntimePlace(options.criSocket, env);
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

/** Resolves to whether the node has no label of ours, so far as that was asked for. */
async function removeLabel(options: UnpinOptions, context: CliContext, log: Logger): Promise<boolean> {
  const { nodeLabel, kubeconfig, master } = options;
  const { env, clock, signal } = context;
  if (nodeLabel === undefined) return true;
  const node = env["NODE_NAME"] ?? "";
  if (!isNodeName(node)) throw new ConfigError("--node-label: it needs NODE_NAME, the name of this node");
  const config = await readKubeLogin({ kubeconfig, master, env, clock });
  const client = createKubeClient({ config, userAgent: `prestow/${version}`, clock });
  const body = { metadata: { labels: { [nodeLabel]: null } } };
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.patch(
          `/api/v1/nodes/${node}`,
          body,
          { type: "strategic" },
          { timeoutMs: labelTimeoutMs, signal },
        );
        log.info("node label taken away", { node, label: nodeLabel });
        return true;
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        // A node that is not there has no label.
        if (error.kind === "not-found") return true;
        if (attempt === labelAttempts || error.kind === "forbidden") {
          log.error("the node label is left", { node, label: nodeLabel, error });
          return false;
        }
      }
      await clock.sleep(labelPauseMs, signal);
    }
  } finally {
    client.close();
  }
}
