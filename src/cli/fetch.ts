import { type FetchSettings, planFetch, runFetch } from "../agent/fetch-run.ts";
import { waitForRuntime } from "../agent/wait-for-runtime.ts";
import type { DesiredImage } from "../plan/pull-plan.ts";
import { countOutcomes } from "../results/fetch-result.ts";
import { fetchResultJson, planJson, renderFetchSummary, renderPlan } from "../results/fetch-summary.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { RuntimeVersion } from "../runtime/runtime.ts";
import { parseImageArguments } from "../sources/list-entry.ts";
import { readImageList } from "../sources/list-file.ts";
import { mergeDuplicates } from "../sources/merge-duplicates.ts";
import { type CliContext, StopRequest } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { createNode, type Node } from "./fetch-node.ts";
import { type FetchOptions, fetchCommand } from "./fetch-options.ts";
import { createFetchView, type FetchView } from "./fetch-view.ts";
import { renderHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";
import { describeUnreachable } from "./unreachable.ts";

/** `prestow fetch`; resolves to its exit status. Throws a `ConfigError`. */
export async function runFetchCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(fetchCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(fetchCommand));
    return exitCodes.ok;
  }
  const { options, positionals } = parsed;
  const view = createFetchView(context, options.debug);
  try {
    const desired = await readDesired(options, positionals);
    const node = await createNode(options, context, view.log);
    try {
      return await fetchOnto(node, desired, options, context, view);
    } finally {
      node.close();
    }
  } catch (error) {
    if (context.signal.aborted && context.signal.reason instanceof StopRequest) {
      return context.signal.reason.exitCode;
    }
    throw error;
  } finally {
    view.close();
  }
}

async function readDesired(options: FetchOptions, positionals: readonly string[]): Promise<DesiredImage[]> {
  const listed = options.imageListFile === undefined ? [] : await readImageList(options.imageListFile);
  return mergeDuplicates([...listed, ...parseImageArguments(positionals)]);
}

async function fetchOnto(
  node: Node,
  desired: readonly DesiredImage[],
  options: FetchOptions,
  context: CliContext,
  view: FetchView,
): Promise<number> {
  const { signal, clock } = context;
  if (desired.length === 0) view.log.warn("the image list is empty, nothing to fetch");
  const version = await connect(node, options, context, view);
  if (version === undefined) return exitCodes.runtimeUnreachable;
  if (options.dryRun) return await showPlan(node, desired, options, context);

  const startMs = clock.nowMs();
  if (options.startJitterMs > 0) await clock.sleep(options.startJitterMs * context.random(), signal);
  await logImages("before", node, options, view, signal);
  const names = desired.map((entry) => ("image" in entry ? node.nameOf(entry.image) : entry.ref));
  const tools = node.pullTools(version, view.start(names));
  const images = await runFetch(desired, fetchSettings(options), tools, signal);
  await logImages("after", node, options, view, signal);
  view.close();

  const durationMs = Math.round(clock.nowMs() - startMs);
  const result = { runtime: version, durationMs, images };
  const text =
    options.output === "json"
      ? `${JSON.stringify(fetchResultJson(result))}\n`
      : renderFetchSummary(result, context.stdout.terminal?.columns());
  context.stdout.write(text);
  if (signal.reason instanceof StopRequest) return signal.reason.exitCode;
  return countOutcomes(images).failed > 0 && !options.allowFailures ? exitCodes.failed : exitCodes.ok;
}

function fetchSettings(options: FetchOptions): FetchSettings {
  return {
    policy: options.pullPolicy,
    maxParallel: options.maxParallel,
    listTimeoutMs: options.imageListTimeoutMs,
    overallTimeoutMs: options.overallTimeoutMs,
    stallTimeoutMs: options.stallTimeoutMs,
    initialTimeoutMs: options.initialPullAttemptTimeoutMs,
    maxTimeoutMs: options.maxPullAttemptTimeoutMs,
    initialDelayMs: options.initialPullAttemptDelayMs,
    maxDelayMs: options.maxPullAttemptDelayMs,
  };
}

/** Undefined where no runtime answered; that has been said then. */
async function connect(
  node: Node,
  options: FetchOptions,
  context: CliContext,
  view: FetchView,
): Promise<RuntimeVersion | undefined> {
  const timeoutMs = Math.min(options.runtimeTimeoutMs, options.overallTimeoutMs);
  try {
    return await waitForRuntime(node.runtime, timeoutMs, context.clock, context.signal);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    view.close();
    context.stderr.write(`prestow: ${await describeUnreachable(options.criSocket, timeoutMs, error)}\n`);
    return undefined;
  }
}

async function showPlan(
  node: Node,
  desired: readonly DesiredImage[],
  options: FetchOptions,
  context: CliContext,
): Promise<number> {
  const plan = await planFetch(desired, fetchSettings(options), node, context.signal);
  const text =
    options.output === "json"
      ? `${JSON.stringify(planJson(plan))}\n`
      : renderPlan(plan, context.stdout.terminal?.columns());
  context.stdout.write(text);
  return plan.some(({ action }) => action === "reject") ? exitCodes.failed : exitCodes.ok;
}

async function logImages(
  stage: "before" | "after",
  node: Node,
  options: FetchOptions,
  view: FetchView,
  signal: AbortSignal,
): Promise<void> {
  if (!options.debug || signal.aborted) return;
  try {
    const images = await node.runtime.listImages({ timeoutMs: options.imageListTimeoutMs, signal });
    for (const { id, repoTags, repoDigests, sizeBytes } of images) {
      view.log.debug("image present in runtime", { stage, id, repoTags, repoDigests, sizeBytes });
    }
  } catch (error) {
    view.log.debug("images not listed", { stage, error });
  }
}
