import type { Logger } from "../lib/log.ts";
import type { RuntimeDownloads } from "../runtime/downloads.ts";

/** One lease for each image that is being pulled, kept over all its attempts. No method throws. */
export interface LeaseBook {
  /** Undefined where the runtime has no leases or did not give one: then there is neither progress nor resuming. */
  leaseFor(image: string, signal: AbortSignal): Promise<string | undefined>;
  /** What the image's pull received was wrong: the next attempt is to fetch it anew. */
  discardComplete(image: string): Promise<void>;
  /** The image is present or given up: what its lease holds may go. */
  release(image: string): Promise<void>;
}

const callTimeoutMs = 5000;

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
    async discardComplete(image) {
      const lease = leases.get(image);
      if (lease === undefined || downloads === undefined) return;
      try {
        await downloads.discardComplete(lease, { timeoutMs: callTimeoutMs });
      } catch (error) {
        log.debug("wrong downloads were not discarded", { image, error });
      }
    },
    async release(image) {
      const lease = leases.get(image);
      leases.delete(image);
      if (lease === undefined || downloads === undefined) return;
      try {
        await downloads.deleteLease(lease, { timeoutMs: callTimeoutMs });
      } catch (error) {
        log.debug("the lease was not deleted and will end by itself", { image, error });
      }
    },
  };
}
