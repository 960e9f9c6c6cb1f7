import type { Clock } from "../lib/clock.ts";
import type { LeaseCalls } from "./lease-calls.ts";
import type { LeaseRecord } from "./lease-record.ts";
import type { LeaseTimings } from "./lease-timings.ts";

/** What one process knows of the lease, and does with it. */
export interface LeaseRound {
  /** Reads the lease and takes or renews it; resolves to another's name where it is newly seen to hold it. */
  attempt(signal: AbortSignal): Promise<string | undefined>;
  leads(): boolean;
  /** Whether the lease was ever written by us. */
  hasWorked(): boolean;
  /** Gives it up, so that another need not wait for its end; never rejects. */
  release(): Promise<void>;
}

/** One round is to read the lease, and to take or renew it where it is ours to have. */
export function createLeaseRound(
  calls: LeaseCalls,
  identity: string,
  clock: Pick<Clock, "nowMs" | "dateMs">,
  timings: LeaseTimings,
): LeaseRound {
  const { durationMs, lapseMs, callTimeoutMs: timeoutMs } = timings;
  let last: LeaseRecord | undefined;
  // When the record was seen to change, on our own clock: that of its holder may be hours away.
  let changedMs = 0;
  let renewedMs: number | undefined;
  let hasWorked = false;
  let shown = "";

  const note = (record: LeaseRecord | undefined) => {
    const isSame = record?.holder === last?.holder && record?.renewTime === last?.renewTime;
    if (!isSame || last === undefined) changedMs = clock.nowMs();
    last = record;
  };
  const isFree = (record: LeaseRecord | undefined) => {
    if (record === undefined || record.holder === "" || record.holder === identity) return true;
    return clock.nowMs() - changedMs >= durationMs;
  };
  const claim = (holder: string, forMs: number) => ({ holder, durationMs: forMs, dateMs: clock.dateMs() });

  return {
    leads: () => renewedMs !== undefined && clock.nowMs() - renewedMs < lapseMs,
    hasWorked: () => hasWorked,
    async attempt(signal) {
      const bounds = { timeoutMs, signal };
      note(await calls.read(bounds));
      const { holder = "" } = last ?? {};
      if (!isFree(last)) {
        renewedMs = undefined;
        hasWorked = true;
        const isNew = holder !== shown;
        shown = holder;
        return isNew ? holder : undefined;
      }
      // From before the call: others count from when it arrived.
      const startMs = clock.nowMs();
      note(await calls.write(claim(identity, durationMs), last, bounds));
      renewedMs = startMs;
      hasWorked = true;
      shown = identity;
      return undefined;
    },
    async release() {
      renewedMs = undefined;
      try {
        // A call that was ended half-way may have been heard.
        const found = await calls.read({ timeoutMs });
        if (found?.holder === identity) await calls.write(claim("", 1000), found, { timeoutMs });
      } catch {
        // Then it ends by itself, a few seconds later.
      }
    },
  };
}
