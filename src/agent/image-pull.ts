import type { ImageReference } from "../image/reference.ts";
import { normalizedName, repositoryName } from "../image/reference.ts";
import type { Random } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { printable } from "../lib/printable.ts";
import { attemptTimeoutMs, decideRetry, type RetryTiming } from "../plan/retry.ts";
import type { ImageResult, PullObserver } from "../results/pull-events.ts";
import type { ActiveDownload } from "../runtime/downloads.ts";
import { type ErrorKind, RuntimeError } from "../runtime/errors.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { LeaseBook } from "./lease-book.ts";
import { type AttemptTools, pullOnce } from "./pull-attempt.ts";
import type { PullTask, TryAgain } from "./puller.ts";

export interface PullSettings extends RetryTiming {
  readonly stallTimeoutMs: number;
  /** When the whole run must be over, in monotonic time. */
  readonly endMs: number;
}

export interface ImagePullTools extends AttemptTools {
  readonly leases: LeaseBook;
  readonly random: Random;
  readonly log: Logger;
  readonly observe: PullObserver;
}

/** The image, and who asks for it. */
export interface WantedImage {
  readonly ref: string;
  readonly where: string;
  readonly image: ImageReference;
}

/** One call that only describes may take this long. */
const statusTimeoutMs = 10_000;

/** How much longer than the run the runtime is told that a call may take. */
const callReserveMs = 1000;

/** One image on its way: every attempt until it is present or has failed. No method throws. */
export class ImagePull implements PullTask {
  readonly image: ImageReference;
  readonly #wanted: WantedImage;
  readonly #tools: ImagePullTools;
  readonly #settings: PullSettings;
  /** Normalized; what logs, results and leases know it by. */
  readonly name: string;
  #attempts = 0;
  #firstMs: number | undefined;
  #stallTimeoutMs: number;
  #failures = new Map<ErrorKind, number>();
  /** Where each download stood when it was given up as stalled. */
  #stoodAt = new Map<string, number>();
  #lastError: RuntimeError | undefined;
  #result: ImageResult | undefined;

  constructor(wanted: WantedImage, tools: ImagePullTools, settings: PullSettings) {
    this.image = wanted.image;
    this.#wanted = wanted;
    this.#tools = tools;
    this.#settings = settings;
    this.name = normalizedName(wanted.image);
    this.#stallTimeoutMs = settings.stallTimeoutMs;
  }

  /** Those made so far. */
  get attempts(): number {
    return this.#attempts;
  }

  async attempt(signal: AbortSignal): Promise<TryAgain | undefined> {
    const { clock, observe } = this.#tools;
    const startMs = clock.nowMs();
    const startedAtMs = clock.dateMs();
    this.#firstMs ??= startMs;
    this.#attempts += 1;
    let moved = false;
    try {
      const image = await this.#pull(signal, (download) => {
        moved = this.#noteStall(download);
      });
      const durationMs = Math.round(clock.nowMs() - startMs);
      const { sizeBytes } = image;
      observe({
        type: "pulled",
        image: this.name,
        attempt: this.#attempts,
        sizeBytes,
        startedAtMs,
        durationMs,
      });
      this.#finish({ outcome: "pulled", ...describePresent(this.image, image) });
      return undefined;
    } catch (error) {
      // Cut from outside: `close` says what became of the image.
      if (signal.aborted) return undefined;
      return await this.#fail(asRuntimeError(error), { startMs, startedAtMs, moved });
    }
  }

  /**
   * The final state. Where the run ended before the image did, the last error of the image says why it is not
   * there, else `otherwise` does.
   */
  close(otherwise: { kind: "cancelled" | "timeout"; message: string }): ImageResult {
    if (this.#result !== undefined) return this.#result;
    const cause = otherwise.kind === "cancelled" ? otherwise : (this.#lastError ?? otherwise);
    return this.#finish({ outcome: "failed", kind: cause.kind, message: cause.message });
  }

  async #pull(signal: AbortSignal, onStalled: (download: ActiveDownload) => void): Promise<RuntimeImage> {
    const { clock, observe, leases, runtime } = this.#tools;
    const image = this.name;
    const timeoutMs = attemptTimeoutMs(this.#attempts, this.#settings);
    // The end of the run ends the attempt before this does, and the image keeps the failure it had before.
    const callTimeoutMs = Math.max(1, this.#settings.endMs - clock.nowMs()) + callReserveMs;
    observe({ type: "attempt", image, attempt: this.#attempts, timeoutMs });
    await pullOnce(this.#tools, {
      image: this.image,
      timeoutMs,
      callTimeoutMs,
      stallTimeoutMs: this.#stallTimeoutMs,
      leaseId: await leases.leaseFor(image, signal),
      signal,
      onProgress: (downloadedBytes, totalBytes) =>
        observe({ type: "progress", image, downloadedBytes, totalBytes }),
      onStalled,
    });
    const status = await runtime.imageStatus(this.image.text, { timeoutMs: statusTimeoutMs, signal });
    if (status !== undefined) return status;
    throw new RuntimeError("the runtime pulled the image but does not list it", { kind: "unknown" });
  }

  /**
   * Whether a download that stood still had moved since it stood still before: then it is slow, not stuck.
   * containerd shows offsets in steps of 1 MiB, so a slow link looks like a stalled one; a longer look tells.
   */
  #noteStall(download: ActiveDownload): boolean {
    const before = this.#stoodAt.get(download.digest);
    this.#stoodAt.set(download.digest, download.offsetBytes);
    const moved = before !== undefined && download.offsetBytes > before;
    if (moved) this.#stallTimeoutMs = Math.min(this.#stallTimeoutMs * 2, this.#settings.maxTimeoutMs);
    return moved;
  }

  async #fail(
    error: RuntimeError,
    attempt: { startMs: number; startedAtMs: number; moved: boolean },
  ): Promise<TryAgain | undefined> {
    const { clock, random, observe } = this.#tools;
    this.#lastError = error;
    const failures = (this.#failures.get(error.kind) ?? 0) + 1;
    this.#failures.set(error.kind, failures);
    await this.#discardUseless(error.kind);
    const nowMs = clock.nowMs();
    const { kind, retryAfterMs } = error;
    const failure = { kind, retryAfterMs, failures, attempts: this.#attempts, moved: attempt.moved };
    const decision = decideRetry(failure, this.#settings.endMs - nowMs, this.#settings, random);
    observe({
      type: "attempt-failed",
      image: this.name,
      attempt: this.#attempts,
      kind,
      message: error.message,
      startedAtMs: attempt.startedAtMs,
      durationMs: Math.round(nowMs - attempt.startMs),
      nextAttemptInMs: decision.again ? Math.round(decision.delayMs) : undefined,
    });
    if (decision.again) return decision;
    await this.#tools.leases.release(this.name);
    this.#finish({ outcome: "failed", kind, message: `${error.message} (${decision.why})` });
    return undefined;
  }

  /** What a failed attempt has downloaded is kept for the next one, but for this. */
  async #discardUseless(kind: ErrorKind): Promise<void> {
    const { leases } = this.#tools;
    if (kind === "corrupt") await leases.discard(this.name, "complete");
    if (kind !== "no-space") return;
    // What does not fit must not keep the disk full: the images that would fit need the room.
    await leases.discard(this.name, "all");
    await leases.release(this.name);
  }

  #finish(state: FinalState): ImageResult {
    const { clock, observe } = this.#tools;
    const { ref, where } = this.#wanted;
    const durationMs = this.#firstMs === undefined ? 0 : Math.round(clock.nowMs() - this.#firstMs);
    const result = { ref, where, normalizedRef: this.name, attempts: this.#attempts, durationMs, ...state };
    this.#result = result;
    observe({ type: "done", result });
    return result;
  }
}

type FinalState = ImageResult extends infer Result
  ? Result extends ImageResult
    ? Omit<Result, "ref" | "where" | "normalizedRef" | "attempts" | "durationMs">
    : never
  : never;

/** What a result says of an image that the runtime has. */
export function describePresent(
  image: ImageReference,
  present: RuntimeImage,
): { imageId: string; digest: string | undefined; sizeBytes: number } {
  const prefix = `${repositoryName(image)}@`;
  const named = present.repoDigests.find((name) => name.startsWith(prefix)) ?? present.repoDigests[0];
  return {
    imageId: present.id,
    digest: named?.slice(named.indexOf("@") + 1),
    sizeBytes: present.sizeBytes,
  };
}

// Everything that can be thrown in an attempt comes from an edge of ours; whatever else is, is a defect that
// must not hold up the other images.
function asRuntimeError(error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new RuntimeError(printable(text), { kind: "unknown", cause: error });
}
