import type { Logger } from "../lib/log.ts";
import type { DiscardedDownloads, RuntimeDownloads } from "../runtime/downloads.ts";

/** One lease for each image that is being pulled, kept over all its attempts. No method throws. */
export interface LeaseBook {
  /** Undefined where the runtime has no leases or did not give one: then there is neither progress nor resuming. */
  leaseFor(image: string, signal: AbortSignal): Promise<string | undefined>;
  /** The image's last attempt left what is of no use: the next one is to fetch it anew. */
  discard(image: string, which: DiscardedDownloads): Promise<void>;
  /** The image is given up: what its lease holds may go. */
  release(image: string): Promise<void>;
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
  const leases = new Map<string, string>();

  const release = async (image: string) => {
    const lease = leases.get(image);
    leases.delete(image);
    if (lease === undefined || downloads === undefined) return;
    try {
      await downloads.deleteLease(lease, { timeoutMs: callTimeoutMs });
    } catch (error) {
      log.debug("the lease was not deleted and will end by itself", { image, error });
    }
  };

  return {
    async leaseFor(image, signal) {
      const known = leases.get(image);
      if (known !== undefined || downloads === undefined) return known;
      try {
        const lease = await downloads.createLease(ttlMs, { timeoutMs: callTimeoutMs, signal });
        leases.set(image, lease);
        return lease;
      } catch (error) {
        if (!signal.aborted) log.debug("no lease for the pull", { image, error });
        return undefined;
      }
    },
    async discard(image, which) {
      const lease = leases.get(image);
      if (lease === undefined || downloads === undefined) return;
      try {
        await downloads.discard(lease, which, { timeoutMs: callTimeoutMs });
      } catch (error) {
        log.debug("downloads were not discarded", { image, error });
      }
    },
    release,
    async releaseAll(images) {
      await Promise.all(images.map(release));
    },
  };
}
