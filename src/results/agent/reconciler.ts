import { KubeError, type KubeErrorKind } from "../../kube/errors.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import { decideLabelRetry } from "../node-label-retry.ts";

/** Does one piece of work whenever it is woken, one run at a time. */
export interface Reconciler {
  /** Looks again soon; of several calls while a run lasts, one run comes of it. */
  wake(): void;
}

export interface ReconcilerOptions {
  /** Makes the world as it should be; resolves to when to look again though nobody wakes it. */
  readonly apply: () => Promise<number | undefined>;
  /** Hears of each failure, with its number in a row. */
  readonly failed: (error: Error, failures: number) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const backoff = { initialDelayMs: 500, maxDelayMs: 30_000 };

/** What time does not mend may still be mended by a person. */
const refusedDelayMs = 10 * 60_000;

//  idle ──wake()──► applying ──nothing left──► idle
//                    ▲     ├──look again──► paused ──wake() or time──┐
//                    │     └──failed──► backing off ──time only──┐   │
//                    └───────────────────────────────────────────┴───┘
/** A reconciler that ends when its signal aborts. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { clock, signal } = options;
  let running = false;
  let woken = false;
  let pause: AbortController | undefined;

  const waitPaused = async (ms: number) => {
    pause = new AbortController();
    await clock.sleep(ms, AbortSignal.any([signal, pause.signal])).catch(() => {});
    pause = undefined;
  };

  const runOnce = async (failures: number): Promise<number> => {
    try {
      const againMs = await options.apply();
      if (againMs !== undefined && !woken) await waitPaused(againMs);
      woken ||= againMs !== undefined;
      return 0;
    } catch (cause) {
      if (signal.aborted) return failures;
      const error = cause instanceof Error ? cause : new Error(String(cause));
      options.failed(error, failures + 1);
      await clock.sleep(delayAfter(error, failures + 1, options.random), signal).catch(() => {});
      woken = true;
      return failures + 1;
    }
  };

  const run = async () => {
    running = true;
    let failures = 0;
    while (woken && !signal.aborted) {
      woken = false;
      failures = await runOnce(failures);
    }
    running = false;
  };

  return {
    wake() {
      woken = true;
      pause?.abort();
      if (!running && !signal.aborted) void run();
    },
  };
}

/** Whether only a person can mend it: a rule is missing, there is no such node, or the request is wrong. */
export function isRefusal(error: unknown): boolean {
  return error instanceof KubeError && refusals.has(error.kind);
}

const refusals: ReadonlySet<KubeErrorKind> = new Set(["forbidden", "not-found", "invalid", "gone"]);

function delayAfter(error: Error, failures: number, random: Random): number {
  const failure = error instanceof KubeError ? error : { kind: "unknown" as const, retryAfterMs: undefined };
  const delayMs = decideLabelRetry(failure, failures, Number.POSITIVE_INFINITY, backoff, random);
  return delayMs ?? refusedDelayMs;
}
