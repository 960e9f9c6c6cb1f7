/** How long promotion waits for what. */
export interface PromotionTimings {
  /** The first wait after a failure of the image's own, doubled with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
  /** Until an image is tried again that failed by no fault of its own. */
  readonly againMs: number;
  /** A probe that has not ended is ended then. */
  readonly deadlineMs: number;
  /** Proven images wait so long for others of the same probe: each change of the shared pod rolls it on every node. */
  readonly settleMs: number;
  /** A probe that was asked for and is not seen is asked for again then. */
  readonly orderMs: number;
}

/** The timings that `prestow hold` uses. */
export const promotionTimings: PromotionTimings = {
  backoffFirstMs: 60_000,
  backoffMostMs: 3_600_000,
  againMs: 60_000,
  deadlineMs: 900_000,
  settleMs: 30_000,
  orderMs: 30_000,
};

/** More images than these wait for the next probe of their platform: a pod has its bounds. */
export const maxImagesPerProbe = 40;

/** How long an image rests after so many failures of its own. */
export function backoffMs(failures: number, { backoffFirstMs, backoffMostMs }: PromotionTimings): number {
  return Math.min(backoffFirstMs * 2 ** Math.min(failures - 1, 30), backoffMostMs);
}
