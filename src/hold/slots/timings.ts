/** How long slots last. */
export interface SlotTimings {
  /** A slot whose pod is not ready by then ends: one dead node stalls nobody. */
  readonly expiryMs: number;
  /** A pod that cannot start for so long has failed; the kubelet tries on. */
  readonly failureMs: number;
  /** Rest after the second failure in succession, doubled with each further one. */
  readonly pauseFirstMs: number;
  readonly pauseMostMs: number;
}

/** The timings that `prestow hold` uses. */
export const slotTimings: SlotTimings = {
  expiryMs: 600_000,
  failureMs: 120_000,
  pauseFirstMs: 30_000,
  pauseMostMs: 600_000,
};
