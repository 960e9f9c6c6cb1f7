import type { CallBounds } from "../lib/call-bounds.ts";

/** A blob that the runtime is receiving now. */
export interface ActiveDownload {
  readonly digest: string;
  readonly offsetBytes: number;
}

/** What is downloaded of one image for one platform, each once: its configuration and its compressed layers. */
export interface ImageLayers {
  readonly layers: readonly { readonly digest: string; readonly sizeBytes: number }[];
}

export type DiscardedDownloads = "complete" | "all";

/**
 * What a runtime can say of its downloads beside CRI; only containerd can. A lease ties the blobs that a pull
 * receives to that pull, and keeps them when an attempt is cut, so that the next one goes on where it stood.
 * Methods throw a `RuntimeError`.
 */
export interface RuntimeDownloads {
  /** The lease ends by itself after `ttlMs`, should we not be there to delete it. */
  createLease(ttlMs: number, bounds: CallBounds): Promise<string>;
  deleteLease(leaseId: string, bounds: CallBounds): Promise<void>;
  /** Every blob that the runtime is receiving now, for whomever. */
  listActive(bounds: CallBounds): Promise<ActiveDownload[]>;
  /** The digests of the blobs that the pull under this lease has complete. */
  listCompleted(leaseId: string, bounds: CallBounds): Promise<string[]>;
  /**
   * Throws away downloads under this lease: `complete` those that have all their bytes and are yet no blob, as
   * the bytes were wrong and a further attempt would only find them wrong again; `all` also the partial ones.
   * For a pull that is not running.
   */
  discard(leaseId: string, which: DiscardedDownloads, bounds: CallBounds): Promise<void>;
  /** The configuration and layers that a stored blob names; undefined where it is no image manifest. */
  readLayers(digest: string, bounds: CallBounds): Promise<ImageLayers | undefined>;
}
