import type { Clock } from "../lib/clock.ts";
import { createPullQueue, type PullQueueLimits, type PullTask } from "./pull-queue.ts";

/**
 * Runs the tasks, at most `maxParallel` attempts at once; the order of the list is their priority. A task that
 * waits for its next attempt holds no slot. Resolves when every task is done; rejects with the signal's reason
 * once no attempt is running any more.
 */
export async function runPuller(
  tasks: readonly PullTask[],
  limits: PullQueueLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const queue = createPullQueue(limits, clock);
  const stop = () => queue.close(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    queue.arrange(tasks);
    await queue.drained();
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
