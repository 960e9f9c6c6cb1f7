import type { ImageReference } from "../image/reference.ts";
import { normalizedName, repositoryName } from "../image/reference.ts";
import type { Random } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { printable } from "../lib/printable.ts";
import { attemptTimeoutMs, decideRetry, type RetryTiming } from "../plan/retry.ts";
import type { FailureKind, ImageResult, PullObserver } from "../results/pull-events.ts";
import type { ActiveDownload } from "../runtime/downloads.ts";
import { type ErrorKind, RuntimeError } from "../runtime/errors.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { LeaseBook } from "./lease-book.ts";
import { type AttemptTools, pullOnce } from "./pull-attempt.ts";
import type { AttemptEnd, PullTask } from "./pull-queue.ts";

export interface PullSettings extends RetryTiming {
  readonly stallTimeoutMs: number;
  /** When the whole run must be over, in monotonic time; infinite where it has no end. */
  readonly endMs: number;
  /** The longest that one call may last, however much the image moves; undefined: as long as the run. */
  readonly maxCallMs?: number;
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

interface MadeAttempt {
  readonly startMs: number;
  readonly startedAtMs: number;
  /** The image moved on between its attempts. */
  readonly moved: boolean;
}

const done: AttemptEnd = { againInMs: undefined };

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
  /** The attempt that the end of the run cut. */
  #cut: MadeAttempt | undefined;
  #result: ImageResult | undefined;
  #pulled: RuntimeImage | undefined;

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

  /** What the pull brought; undefined until it has. */
  get pulled(): RuntimeImage | undefined {
    return this.#pulled;
  }

  async attempt(signal: AbortSignal): Promise<AttemptEnd> {
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
      this.#pulled = image;
      this.#finish({ outcome: "pulled", ...describePresent(this.image, image) });
      return done;
    } catch (error) {
      const attempt = { startMs, startedAtMs, moved };
      if (!signal.aborted) return await this.#fail(asRuntimeError(error), attempt, signal);
      // Cut from outside: `close` says what became of the image.
      this.#cut = attempt;
      return done;
    }
  }

  giveUp(): void {
    const message = "the registry asked for a pause that is longer than what is left of the overall timeout";
    this.#finish({ outcome: "failed", kind: "rate-limited", message });
  }

  /**
   * The final state. Where the run ended before the image did, the last error of the image says why it is not
   * there, else `otherwise` does.
   */
  close(otherwise: { kind: "cancelled" | "timeout"; message: string }): ImageResult {
    if (this.#result !== undefined) return this.#result;
    if (this.#cut !== undefined && otherwise.kind === "timeout") {
      this.#tellFailure(otherwise, this.#cut, undefined);
    }
    const cause = otherwise.kind === "cancelled" ? otherwise : (this.#lastError ?? otherwise);
    return this.#finish({ outcome: "failed", kind: cause.kind, message: cause.message });
  }

  async #pull(signal: AbortSignal, onStalled: (download: ActiveDownload) => void): Promise<RuntimeImage> {
    const { clock, observe, leases, runtime } = this.#tools;
    const image = this.name;
    const timeoutMs = attemptTimeoutMs(this.#attempts, this.#settings);
    // The end of the run ends the attempt before this does, and the image keeps the failure it had before.
    const leftMs = Math.max(1, this.#settings.endMs - clock.nowMs());
    const callTimeoutMs = Math.min(leftMs, this.#settings.maxCallMs ?? leftMs) + callReserveMs;
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

  async #fail(error: RuntimeError, attempt: MadeAttempt, signal: AbortSignal): Promise<AttemptEnd> {
    const { clock, random } = this.#tools;
    this.#lastError = error;
    const failures = (this.#failures.get(error.kind) ?? 0) + 1;
    this.#failures.set(error.kind, failures);
    await this.#discardUseless(error.kind, signal);
    const { kind, retryAfterMs } = error;
    const failure = { kind, retryAfterMs, failures, attempts: this.#attempts, moved: attempt.moved };
    const remainingMs = this.#settings.endMs - clock.nowMs();
    const decision = decideRetry(failure, remainingMs, this.#settings, random);
    const againInMs = decision.again ? Math.round(decision.delayMs) : undefined;
    this.#tellFailure(error, attempt, againInMs);
    if (!decision.again) {
      this.#finish({ outcome: "failed", kind, message: `${error.message} (${decision.why})` });
    }
    return { againInMs, pauseHostMs: decision.pauseHostMs };
  }

  #tellFailure(
    { kind, message }: { readonly kind: FailureKind; readonly message: string },
    { startMs, startedAtMs }: MadeAttempt,
    nextAttemptInMs: number | undefined,
  ): void {
    const { clock, observe } = this.#tools;
    const durationMs = Math.round(clock.nowMs() - startMs);
    const attempt = this.#attempts;
    const image = this.name;
    observe({
      type: "attempt-failed",
      image,
      attempt,
      kind,
      message,
      startedAtMs,
      durationMs,
      nextAttemptInMs,
    });
  }

  /** What a failed attempt has downloaded is kept for the next one, but for this. */
  async #discardUseless(kind: ErrorKind, signal: AbortSignal): Promise<void> {
    const { leases } = this.#tools;
    if (kind === "corrupt") await leases.discard(this.name, "complete", signal);
    // It may be the lease that was not found.
    if (kind === "not-found") await leases.forgetLost(this.name, signal);
    if (kind !== "no-space") return;
    // What does not fit must not keep the disk full: the images that would fit need the room.
    await leases.discard(this.name, "all", signal);
    await leases.release(this.name, signal);
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
