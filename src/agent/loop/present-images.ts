import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { createPresentIndex, type PresentIndex, withPulled } from "../../plan/agent-plan-index.ts";
import type { ImageRuntime, RuntimeImage } from "../../runtime/runtime.ts";

/** What the runtime has, as far as the agent knows. */
export interface PresentImages {
  /** The last that the runtime listed, with what pulls have brought since; undefined: it never answered. */
  index(): PresentIndex | undefined;
  /** When it last answered, on the monotonic clock. */
  listedMs(): number | undefined;
  /** Why it cannot be asked now. */
  error(): Error | undefined;
  /** Asks for a list that begins in `afterMs` at the latest, and after this call. */
  refresh(afterMs?: number): void;
  /** Adds what a pull has brought, to the list and to one that is under way. */
  add(image: RuntimeImage): void;
  /**
   * Lists at once, then each sync period and when asked to; a failure is tried again with backoff. `onList` is
   * called after each list or failure. Lasts until the signal aborts, and never rejects.
   */
  run(onList: () => void, signal: AbortSignal): Promise<void>;
}

export interface PresentImagesSettings {
  readonly syncPeriodMs: number;
  readonly listTimeoutMs: number;
}

const firstBackoffMs = 250;
const longestBackoffMs = 5000;

export function createPresentImages(
  runtime: Pick<ImageRuntime, "listImages">,
  settings: PresentImagesSettings,
  clock: Clock,
  log: Logger,
): PresentImages {
  return new Lister(runtime, settings, clock, log);
}

class Lister implements PresentImages {
  readonly #runtime: Pick<ImageRuntime, "listImages">;
  readonly #settings: PresentImagesSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  #index: PresentIndex | undefined;
  #listedMs: number | undefined;
  #error: Error | undefined;
  #failures = 0;
  #dueMs = 0;
  /** What was pulled since the list under way began: it may have been drawn up before. */
  #pulledMeanwhile: RuntimeImage[] = [];
  #wake: AbortController | undefined;

  constructor(
    runtime: Pick<ImageRuntime, "listImages">,
    settings: PresentImagesSettings,
    clock: Clock,
    log: Logger,
  ) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  index(): PresentIndex | undefined {
    return this.#index;
  }

  listedMs(): number | undefined {
    return this.#listedMs;
  }

  error(): Error | undefined {
    return this.#error;
  }

  refresh(afterMs = 0): void {
    const dueMs = this.#clock.nowMs() + afterMs;
    if (dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    this.#wake?.abort();
  }

  add(image: RuntimeImage): void {
    this.#pulledMeanwhile.push(image);
    // Alone it would say that nothing else is there.
    if (this.#index !== undefined) this.#index = createPresentIndex(withPulled(this.#index.images, image));
  }

  async run(onList: () => void, signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake?.abort(), { once: true });
    while (!signal.aborted) {
      this.#dueMs = Number.POSITIVE_INFINITY;
      await this.#list(signal);
      if (signal.aborted) return;
      this.refresh(this.#error === undefined ? this.#settings.syncPeriodMs : this.#backoffMs());
      onList();
      await this.#sleepUntilDue(signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.#pulledMeanwhile = [];
    try {
      const images = await this.#runtime.listImages({ timeoutMs: this.#settings.listTimeoutMs, signal });
      this.#index = createPresentIndex(this.#pulledMeanwhile.reduce(withPulled, images));
      this.#listedMs = this.#clock.nowMs();
      if (this.#error !== undefined) this.#log.info("the container runtime answers again");
      this.#error = undefined;
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#failures += 1;
    if (this.#error === undefined)
      this.#log.warn("the container runtime does not list its images", { error });
    this.#error = error;
  }

  #backoffMs(): number {
    return Math.min(firstBackoffMs * 2 ** Math.min(this.#failures - 1, 10), longestBackoffMs);
  }

  async #sleepUntilDue(signal: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = this.#dueMs - this.#clock.nowMs();
      if (leftMs <= 0 || signal.aborted) return;
      const wake = new AbortController();
      this.#wake = wake;
      await this.#clock.sleep(leftMs, wake.signal).catch(() => {});
      this.#wake = undefined;
    }
  }
}
