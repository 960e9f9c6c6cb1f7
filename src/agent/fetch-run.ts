import { formatDuration } from "../lib/duration.ts";
import { type DesiredImage, decidePlan, type PlannedImage, plannedName } from "../plan/pull-plan.ts";
import type { PullPolicy } from "../plan/pull-policy.ts";
import type { ImageResult } from "../results/pull-events.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import { describePresent, ImagePull, type ImagePullTools, type PullSettings } from "./image-pull.ts";
import type { PullTask } from "./pull-queue.ts";
import { runPuller } from "./puller.ts";

export interface FetchSettings extends PullSettings {
  readonly policy: PullPolicy;
  readonly maxParallel: number;
  readonly listTimeoutMs: number;
  /** How long the run was allowed to take in all; `endMs` is when that is over. */
  readonly overallTimeoutMs: number;
}

/**
 * Brings the desired images onto this node once: one list of what is present, one plan, one bounded puller.
 * Resolves to one result for each desired image, in the order of the list, by the overall timeout at the
 * latest; a signal that aborts ends it at once, with the unfinished images `cancelled`.
 */
export async function runFetch(
  desired: readonly DesiredImage[],
  settings: FetchSettings,
  tools: ImagePullTools,
  signal: AbortSignal,
): Promise<ImageResult[]> {
  if (desired.length === 0) return [];
  const { clock } = tools;
  const timer = new AbortController();
  const overTime = new AbortController();
  clock.sleep(Math.max(0, settings.endMs - clock.nowMs()), timer.signal).then(
    () => overTime.abort(new RuntimeError("the overall timeout is over", { kind: "timeout" })),
    () => {},
  );
  const run = AbortSignal.any([signal, overTime.signal]);
  try {
    const present = await gatherPresent(settings, tools, run);
    const plan = decidePlan(desired, present, settings.policy);
    logPlan(plan, tools);
    const images = plan.map((planned) =>
      planned.action === "pull" ? new ImagePull(planned, tools, settings) : tellAtOnce(planned, tools),
    );
    const pulls = images.filter((image) => image instanceof ImagePull);
    await pullAll(pulls, settings, tools, run);
    const results = images.map((image) =>
      image instanceof ImagePull ? image.close(unfinished(settings, signal)) : image,
    );
    await tools.leases.releaseAll(results.filter(isFinal).map(({ normalizedRef }) => normalizedRef));
    return results;
  } finally {
    timer.abort();
  }
}

/** What `runFetch` would do now, without doing it. Throws a `RuntimeError` or the signal's reason. */
export async function planFetch(
  desired: readonly DesiredImage[],
  settings: Pick<FetchSettings, "policy" | "listTimeoutMs">,
  tools: Pick<ImagePullTools, "runtime">,
  signal: AbortSignal,
): Promise<PlannedImage[]> {
  const present = await tools.runtime.listImages({ timeoutMs: settings.listTimeoutMs, signal });
  return decidePlan(desired, present, settings.policy);
}

async function gatherPresent(
  settings: Pick<FetchSettings, "listTimeoutMs">,
  tools: ImagePullTools,
  signal: AbortSignal,
): Promise<RuntimeImage[]> {
  try {
    return await tools.runtime.listImages({ timeoutMs: settings.listTimeoutMs, signal });
  } catch (error) {
    // Pulling what is present costs a request and nothing else, so a missing list holds nobody up.
    if (!signal.aborted) tools.log.warn("images not listed, each is asked for", { error });
    return [];
  }
}

function logPlan(plan: readonly PlannedImage[], { log }: Pick<ImagePullTools, "log">): void {
  for (const planned of plan) {
    log.debug("planned", { image: plannedName(planned), action: planned.action, reason: planned.reason });
  }
}

/** Ends when every image has its final state, or the run its end; what else goes wrong is a defect and is said. */
async function pullAll(
  pulls: readonly ImagePull[],
  settings: FetchSettings,
  tools: ImagePullTools,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runPuller(preparing(pulls, settings, tools), settings, tools.clock, signal);
  } catch (error) {
    if (!signal.aborted) tools.log.error("the puller failed", { error });
  }
}

/** What needs no pull is final before the first pull begins, and is told then. */
function tellAtOnce(
  planned: Exclude<PlannedImage, { action: "pull" }>,
  { observe }: Pick<ImagePullTools, "observe">,
): ImageResult {
  const { ref, where } = planned;
  const base = { ref, where, normalizedRef: plannedName(planned), attempts: 0, durationMs: 0 };
  const result: ImageResult =
    planned.action === "keep"
      ? { ...base, outcome: "present", ...describePresent(planned.image, planned.present) }
      : { ...base, outcome: "failed", kind: "invalid-reference", message: planned.reason };
  observe({ type: "done", result });
  return result;
}

/** The same tasks; each prepares the one that is likely to get its slot. */
function preparing(
  pulls: readonly ImagePull[],
  { maxParallel }: Pick<FetchSettings, "maxParallel">,
  { leases }: Pick<ImagePullTools, "leases">,
): PullTask[] {
  return pulls.map((pull, index) => ({
    image: pull.image,
    attempt(signal) {
      const next = pulls[index + maxParallel];
      if (next !== undefined && pull.attempts === 0) leases.prepare(next.name, signal);
      return pull.attempt(signal);
    },
    giveUp: () => pull.giveUp(),
  }));
}

/** An image that was stopped keeps its lease: the next run goes on where this one stood. */
function isFinal(result: ImageResult): boolean {
  return result.outcome !== "failed" || result.kind !== "cancelled" || result.attempts === 0;
}

function unfinished(
  settings: FetchSettings,
  signal: AbortSignal,
): { kind: "cancelled" | "timeout"; message: string } {
  if (signal.aborted) return { kind: "cancelled", message: "stopped before it was pulled" };
  const overall = formatDuration(settings.overallTimeoutMs);
  return { kind: "timeout", message: `not pulled within the overall timeout of ${overall}` };
}
