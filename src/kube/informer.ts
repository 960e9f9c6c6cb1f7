import type { Clock, Random } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { createBatch } from "./change-batch.ts";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./errors.ts";
import type { Informer, InformerState } from "./informed.ts";
import type { InformedPath } from "./informed-path.ts";
import { createInformerCalls, type InformerCalls } from "./informer-calls.ts";
import { createInformerObjects, type Extract, type InformerObjects } from "./informer-objects.ts";
import { countFailure, decideInformerRetry, noFailures } from "./informer-retry.ts";
import { type InformerTimings, informerTimings } from "./informer-timings.ts";
import type { WatchEvent } from "./watch-event.ts";

export interface InformerOptions<T> extends InformedPath {
  readonly client: Pick<KubeClient, "stream">;
  /** Makes of an object what is worth keeping; nothing else of it stays in memory. */
  readonly extract: Extract<T>;
  readonly clock: Pick<Clock, "nowMs" | "sleep">;
  readonly random: Random;
  readonly log?: Pick<Logger, "debug" | "warn">;
  /** Objects in one page of a list. */
  readonly pageLimit?: number;
  readonly timings?: Partial<InformerTimings>;
}

const defaultPageLimit = 250;
/** A watch that ends so soon and says nothing is no watch. */
const shortestWatchMs = 1000;

/** Keeps the objects of one resource as the API server has them; see `Informer`. */
export function createInformer<T>(options: InformerOptions<T>): Informer<T> {
  const objects = createInformerObjects(options.extract, options.log?.warn ?? (() => {}));
  const run = new InformerRun(options, objects);
  return {
    get state() {
      return run.state;
    },
    get lastError() {
      return run.lastError;
    },
    get objects() {
      return objects.current;
    },
    run: (onChange, signal) => run.run(onChange, signal),
  };
}

class InformerRun<T> {
  state: InformerState = "starting";
  lastError: Error | undefined;
  readonly #options: InformerOptions<T>;
  readonly #objects: InformerObjects<T>;
  readonly #timings: InformerTimings;
  readonly #calls: InformerCalls;
  /** Where the next watch goes on from; undefined: the list comes first. */
  #resourceVersion: string | undefined;
  #failed = noFailures;
  #changed: () => void = () => {};

  constructor(options: InformerOptions<T>, objects: InformerObjects<T>) {
    this.#options = options;
    this.#objects = objects;
    const { client, pageLimit = defaultPageLimit, random } = options;
    const timings = { ...informerTimings, ...options.timings };
    this.#timings = timings;
    this.#calls = createInformerCalls(client, options, { pageLimit, timings, random });
  }

  async run(onChange: () => void, signal: AbortSignal): Promise<void> {
    const batch = createBatch(onChange);
    this.#changed = batch.changed;
    while (!signal.aborted) {
      const delayMs = await this.#turn(signal);
      if (delayMs > 0 && !signal.aborted) await this.#options.clock.sleep(delayMs, signal).catch(() => {});
    }
    batch.stop();
  }

  /** Lists, or watches until the watch ends; resolves to how long to wait then. */
  async #turn(signal: AbortSignal): Promise<number> {
    try {
      if (this.#resourceVersion === undefined) await this.#list(signal);
      else await this.#watch(this.#resourceVersion, signal);
      return 0;
    } catch (error) {
      return signal.aborted ? 0 : this.#fail(error);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const next = this.#objects.begin();
    this.#resourceVersion = await this.#calls.list(next.add, signal);
    next.replace();
    if (this.#failed.kind === "not-found") this.#failed = noFailures;
    this.#enter("synced", undefined);
    this.#changed();
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { clock, path } = this.#options;
    const over = new AbortController();
    let openedMs = Number.POSITIVE_INFINITY;
    let heard = false;
    const onOpen = () => {
      openedMs = clock.nowMs();
      this.#settle(over.signal);
    };
    const onEvent = (event: WatchEvent) => {
      this.#apply(event);
      heard = true;
    };
    try {
      await this.#calls.watch(resourceVersion, { onOpen, onEvent }, signal);
    } finally {
      over.abort();
      if (clock.nowMs() - openedMs >= this.#timings.stableMs) this.#failed = noFailures;
    }
    if (heard || clock.nowMs() - openedMs >= shortestWatchMs) return;
    throw new KubeError(`GET ${path}: the watch ended at once`, { kind: "unavailable" });
  }

  #settle(over: AbortSignal): void {
    if (this.state === "synced") return;
    const settled = () => {
      if (!over.aborted) this.#enter("synced", undefined);
    };
    this.#options.clock.sleep(this.#timings.settleMs, over).then(settled, () => {});
  }

  #apply(event: WatchEvent): void {
    this.#failed = noFailures;
    if (this.#objects.apply(event)) this.#changed();
    // Only now: what could not be applied is sent again.
    this.#resourceVersion = event.resourceVersion;
  }

  #fail(error: unknown): number {
    const failure = error instanceof KubeError ? error : undefined;
    const kind = failure?.kind ?? "unknown";
    this.#failed = countFailure(this.#failed, kind);
    const retry = decideInformerRetry(
      {
        kind,
        retryAfterMs: failure?.retryAfterMs,
        failures: this.#failed.failures || this.#failed.repeated,
        state: this.state,
        known: this.#objects.current.size,
      },
      this.#timings,
      this.#options.random,
    );
    if (retry.relist) this.#resourceVersion = undefined;
    if (retry.state === "absent") this.#objects.clear();
    const known = error instanceof Error ? error : new Error(String(error));
    this.#options.log?.debug("a list or watch failed", { path: this.#options.path, error: known, ...retry });
    this.#enter(retry.state, retry.state === "synced" ? undefined : known);
    return retry.delayMs;
  }

  #enter(state: InformerState, error: Error | undefined): void {
    const told = this.state === state && this.lastError?.message === error?.message;
    this.state = state;
    this.lastError = error;
    if (told) return;
    this.#changed();
  }
}
