/** How leadership is kept. */
export interface LeaseTimings {
  /** A holder that does not renew for so long is believed to be gone. */
  readonly durationMs: number;
  /** A leader that could not renew for so long leads no more: before others may believe it gone. */
  readonly lapseMs: number;
  readonly renewMs: number;
  /** Between attempts after a failure. */
  readonly retryMs: number;
  readonly callTimeoutMs: number;
  /** Where nobody may hold a Lease at all, it is asked for again after this: a rule may be added. */
  readonly refusedMs: number;
}

/** Those of client-go, but that the lease is renewed less often. */
export const leaseTimings: LeaseTimings = {
  durationMs: 15_000,
  lapseMs: 10_000,
  renewMs: 5000,
  retryMs: 2000,
  callTimeoutMs: 4000,
  refusedMs: 60_000,
};
