import type { Logger } from "../lib/log.ts";
import type { DiscardedDownloads, RuntimeDownloads } from "../runtime/downloads.ts";
import { RuntimeError } from "../runtime/errors.ts";

/** One lease for each image that is being pulled, kept over all its attempts. No method throws. */
export interface LeaseBook {
  /** Undefined where the runtime has no leases or did not give one: then there is neither progress nor resuming. */
  leaseFor(image: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Its turn comes soon: the lease is made meanwhile, because under load containerd takes its time to write one
   * down, and a slot would stand empty for that long.
   */
  prepare(image: string, signal: AbortSignal): void;
  /** The image's last attempt left what is of no use: the next one is to fetch it anew. */
  discard(image: string, which: DiscardedDownloads, signal: AbortSignal): Promise<void>;
  /**
   * Forgets a lease that the runtime does not know any more, because it lost its state or its clock was set: every
   * attempt under it would say that something is not found.
   */
  forgetLost(image: string, signal: AbortSignal): Promise<void>;
  /** What the image's lease holds has to go now. */
  release(image: string, signal?: AbortSignal): Promise<void>;
  /**
   * The run is over for these images: their leases may go. Only then, because each deletion makes containerd
   * collect garbage, which stops every pull that is running.
   */
  releaseAll(images: readonly string[]): Promise<void>;
}

/** Short, because a run that is stopped waits for it. */
const callTimeoutMs = 1000;

/**
 * Leases end by themselves after `ttlMs`. One that a cut run leaves behind keeps its partial layers until
 * then, and the next run goes on where they stand.
 */
export function createLeaseBook(
  downloads: RuntimeDownloads | undefined,
  ttlMs: number,
  log: Logger,
): LeaseBook {
  // Undefined in the end where none was given; the next attempt asks again.
  const leases = new Map<string, Promise<string | undefined>>();

  const create = async (image: string, signal: AbortSignal) => {
    try {
      return await downloads?.createLease(ttlMs, { timeoutMs: callTimeoutMs, signal });
    } catch (error) {
      if (!signal.aborted) log.debug("no lease for the pull", { image, error });
      leases.delete(image);
      return undefined;
    }
  };

  const leaseFor = (image: string, signal: AbortSignal) => {
    const known = leases.get(image);
    if (known !== undefined) return known;
    const lease = create(image, signal);
    leases.set(image, lease);
    return lease;
  };

  const release = async (image: string, signal?: AbortSignal) => {
    const lease = await leases.get(image);
    leases.delete(image);
    if (lease === undefined || downloads === undefined) return;
    try {
      await downloads.deleteLease(lease, { timeoutMs: callTimeoutMs, ...(signal && { signal }) });
    } catch (error) {
      log.debug("the lease was not deleted and will end by itself", { image, error });
    }
  };

  return {
    leaseFor,
    prepare: (image, signal) => void leaseFor(image, signal),
    async discard(image, which, signal) {
      const lease = await leases.get(image);
      if (lease === undefined || downloads === undefined) return;
      try {
        await downloads.discard(lease, which, { timeoutMs: callTimeoutMs, signal });
      } catch (error) {
        log.debug("downloads were not discarded", { image, error });
      }
    },
    async forgetLost(image, signal) {
      const lease = await leases.get(image);
      if (lease === undefined || downloads === undefined) return;
      try {
        await downloads.listCompleted(lease, { timeoutMs: callTimeoutMs, signal });
      } catch (error) {
        const isGone = error instanceof RuntimeError && error.kind === "not-found";
        log.debug(isGone ? "the lease is gone" : "the lease was not looked at", { image, error });
        if (isGone) leases.delete(image);
      }
    },
    release,
    async releaseAll(images) {
      await Promise.all(images.map((image) => release(image)));
    },
  };
}
