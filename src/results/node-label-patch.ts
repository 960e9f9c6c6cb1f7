import type { KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/errors.ts";
import type { Clock, Random } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { decideLabelRetry, type LabelBackoff } from "./node-label-retry.ts";

/** What a label says of all images of an instance on a node; null takes the label away. */
export type LabelValue = "succeeded" | "failed" | null;

export interface LabelTools {
  readonly client: Pick<KubeClient, "patch">;
  readonly nodeName: string;
  readonly key: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly backoff: LabelBackoff;
  readonly attemptTimeoutMs: number;
}

export interface LabelBounds {
  /** On the monotonic clock; infinite where only signals end it. */
  readonly endMs: number;
  /** Ends the attempt under way. */
  readonly signal: AbortSignal;
  /** Lets the attempt under way end, and makes no other one. */
  readonly lastAttempt?: AbortSignal;
}

/**
 * Sets the label, again and again until it is set, refused for good or the bounds are reached. Resolves to
 * undefined where it is set, else to the last failure; never rejects.
 */
export async function patchLabel(
  tools: LabelTools,
  value: LabelValue,
  bounds: LabelBounds,
): Promise<Error | undefined> {
  const { clock, log, nodeName: node, key: label } = tools;
  const waits = AbortSignal.any([bounds.signal, ...(bounds.lastAttempt ? [bounds.lastAttempt] : [])]);
  for (let attempts = 1; ; attempts += 1) {
    const error = await attemptPatch(tools, value, bounds);
    if (!(error instanceof KubeError)) return error;
    const remainingMs = bounds.endMs - clock.nowMs();
    const delayMs = decideLabelRetry(error, attempts, remainingMs, tools.backoff, tools.random);
    if (delayMs === undefined) return error;
    const say = attempts === 1 ? log.warn : log.debug;
    say("node label not set yet, trying again", { node, label, value, error, delayMs: Math.round(delayMs) });
    const ended = await clock.sleep(delayMs, waits).catch(() => error);
    if (ended !== undefined) return error;
  }
}

async function attemptPatch(
  { client, nodeName, key, clock, attemptTimeoutMs }: LabelTools,
  value: LabelValue,
  { endMs, signal }: LabelBounds,
): Promise<Error | undefined> {
  const timeoutMs = Math.max(1, Math.min(attemptTimeoutMs, endMs - clock.nowMs()));
  const body = { metadata: { labels: { [key]: value } } };
  try {
    await client.patch(`/api/v1/nodes/${nodeName}`, body, { type: "strategic" }, { timeoutMs, signal });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
