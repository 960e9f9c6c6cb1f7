import type { LeaseBook } from "../lease-book.ts";

/** Gives leases back whose images are done with. */
export interface LeaseReleases {
  /** The image's lease may go. */
  add(name: string): void;
  /** The image is pulled again: its lease stays. */
  keep(name: string): void;
  /** To be called between pulls: each deletion makes containerd collect garbage, which stops those that run. */
  release(runningPulls: number): Promise<void>;
}

/** More than this many are given back even while something is always being pulled. */
const mostWaiting = 100;

export function createLeaseReleases(leases: Pick<LeaseBook, "releaseAll">): LeaseReleases {
  const waiting = new Set<string>();
  return {
    add: (name) => void waiting.add(name),
    keep: (name) => void waiting.delete(name),
    async release(runningPulls) {
      if (waiting.size === 0 || (runningPulls > 0 && waiting.size < mostWaiting)) return;
      const names = [...waiting];
      waiting.clear();
      await leases.releaseAll(names);
    },
  };
}
