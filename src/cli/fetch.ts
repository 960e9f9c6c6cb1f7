import { type FetchSettings, planFetch, runFetch } from "../agent/fetch-run.ts";
import { waitForRuntime } from "../agent/wait-for-runtime.ts";
import { normalizedName } from "../image/reference.ts";
import type { DesiredImage } from "../plan/pull-plan.ts";
import { countOutcomes, type FetchResult } from "../results/fetch-result.ts";
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
import { createReporters, type Reporters } from "./fetch-reporters.ts";
import { createFetchView, type FetchView } from "./fetch-view.ts";
import { renderHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";
import { describeUnreachable } from "./unreachable.ts";

/** One run of the subcommand: what was asked for, and what it works with. */
interface Session {
  readonly options: FetchOptions;
  readonly context: CliContext;
  readonly desired: readonly DesiredImage[];
  readonly node: Node;
  readonly view: FetchView;
  /** When `--overall-timeout` is over, in monotonic time; it counts from here. */
  readonly endMs: number;
}

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
    const endMs = context.clock.nowMs() + options.overallTimeoutMs;
    const session = { options, context, desired, node, view, endMs };
    try {
      return await (options.dryRun ? showPlan(session) : fetchAndReport(session));
    } finally {
      node.close();
    }
  } catch (error) {
    if (context.signal.reason instanceof StopRequest) return context.signal.reason.exitCode;
    throw error;
  } finally {
    view.close();
  }
}

async function readDesired(options: FetchOptions, positionals: readonly string[]): Promise<DesiredImage[]> {
  const listed = options.imageListFile === undefined ? [] : await readImageList(options.imageListFile);
  return mergeDuplicates([...listed, ...parseImageArguments(positionals)]);
}

async function fetchAndReport(session: Session): Promise<number> {
  const { context, options, view } = session;
  const reporters = await createReporters(options, context, view.log);
  try {
    const result = await fetchImages(session, reporters);
    const failed = result === undefined || countOutcomes(result.images).failed > 0;
    const outcome = failed ? "failed" : "succeeded";
    await reporters.end(context.signal.aborted ? "stopped" : outcome);
    if (context.signal.reason instanceof StopRequest) return context.signal.reason.exitCode;
    if (result === undefined) return exitCodes.runtimeUnreachable;
    return failed && !options.allowFailures ? exitCodes.failed : exitCodes.ok;
  } finally {
    reporters.close();
  }
}

/** Undefined where no runtime answered; that has been said then. */
async function fetchImages(session: Session, reporters: Reporters): Promise<FetchResult | undefined> {
  const { options, context, desired, node, view, endMs } = session;
  const { clock, signal } = context;
  if (desired.length === 0) view.log.warn("the image list is empty, nothing to fetch");
  const startMs = clock.nowMs();
  const cleared = reporters.begin();
  // Nothing to fetch needs no runtime.
  const runtime = desired.length === 0 ? undefined : await untilStopped(connect(session), signal);
  if (runtime === undefined && desired.length > 0 && !signal.aborted) return undefined;
  await untilStopped(waitForStart(session, cleared), signal);

  await logImages("before", session);
  const names = desired.map((entry) => ("image" in entry ? normalizedName(entry.image) : entry.ref));
  const show = view.start(names);
  const tools = node.pullTools(runtime, (event) => {
    show(event);
    reporters.observe(event);
  });
  const images = await runFetch(desired, fetchSettings(options, endMs), tools, signal);
  await logImages("after", session);
  view.close();
  const result = { runtime, durationMs: Math.round(clock.nowMs() - startMs), images };
  write(session, fetchResultJson(result), (width) => renderFetchSummary(result, width));
  return result;
}

/** Undefined once the process is asked to stop: then the summary still says what became of each image. */
async function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Nodes that start together spread; and no pull begins while an earlier run's label still stands. */
async function waitForStart({ options, context, endMs }: Session, cleared: Promise<void>): Promise<void> {
  const { clock, random, signal } = context;
  const jitterMs = Math.min(options.startJitterMs * random(), endMs - clock.nowMs());
  if (jitterMs > 0) await clock.sleep(jitterMs, signal);
  await cleared;
}

/** The result on standard output, as `--output` says. */
function write({ options, context }: Session, json: object, render: (width?: number) => string): void {
  const { stdout } = context;
  const text = options.output === "json" ? `${JSON.stringify(json)}\n` : render(stdout.terminal?.columns());
  stdout.write(text);
}

function fetchSettings(options: FetchOptions, endMs: number): FetchSettings {
  return {
    policy: options.pullPolicy,
    maxParallel: options.maxParallel,
    listTimeoutMs: options.imageListTimeoutMs,
    overallTimeoutMs: options.overallTimeoutMs,
    endMs,
    stallTimeoutMs: options.stallTimeoutMs,
    initialTimeoutMs: options.initialPullAttemptTimeoutMs,
    maxTimeoutMs: options.maxPullAttemptTimeoutMs,
    initialDelayMs: options.initialPullAttemptDelayMs,
    maxDelayMs: options.maxPullAttemptDelayMs,
  };
}

/** Undefined where no runtime answered; that has been said then. */
async function connect({ node, options, context, view }: Session): Promise<RuntimeVersion | undefined> {
  const timeoutMs = Math.min(options.runtimeTimeoutMs, options.overallTimeoutMs);
  try {
    return await waitForRuntime(node.runtime, timeoutMs, context.clock, context.signal, (error) =>
      view.log.warn("waiting for the container runtime", { socket: options.criSocket, timeoutMs, error }),
    );
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    view.close();
    context.stderr.write(`prestow: ${await describeUnreachable(options.criSocket, timeoutMs, error)}\n`);
    return undefined;
  }
}

async function showPlan(session: Session): Promise<number> {
  const { node, desired, options, context } = session;
  if ((await connect(session)) === undefined) return exitCodes.runtimeUnreachable;
  const settings = { policy: options.pullPolicy, listTimeoutMs: listTimeoutMs(session) };
  const plan = await planFetch(desired, settings, node, context.signal);
  write(session, planJson(plan), (width) => renderPlan(plan, width));
  return plan.some(({ action }) => action === "reject") ? exitCodes.failed : exitCodes.ok;
}

async function logImages(stage: "before" | "after", session: Session): Promise<void> {
  const { options, context, node, view } = session;
  if (!options.debug || context.signal.aborted) return;
  try {
    const bounds = { timeoutMs: listTimeoutMs(session), signal: context.signal };
    for (const { id, repoTags, repoDigests, sizeBytes } of await node.runtime.listImages(bounds)) {
      view.log.debug("image present in runtime", { stage, id, repoTags, repoDigests, sizeBytes });
    }
  } catch (error) {
    view.log.debug("images not listed", { stage, error });
  }
}

/** `--image-list-timeout`, or what is left of the run. */
function listTimeoutMs({ options, context, endMs }: Session): number {
  return Math.max(1, Math.min(options.imageListTimeoutMs, endMs - context.clock.nowMs()));
}
