/** Decides which events are told: each at most once an hour, and few in a minute whatever happens. */
export interface EventGate {
  /** Whether this one may be told now; then it counts as told. */
  take(id: string, nowMs: number): boolean;
  /** Whether this one was told within the hour. */
  has(id: string, nowMs: number): boolean;
  /** It could not be told after all. */
  giveBack(id: string): void;
}

const repeatAfterMs = 3_600_000;
const windowMs = 60_000;
const maxPerWindow = 10;
/** Ten a minute for an hour: more cannot be told. */
const maxRemembered = 600;

/** A gate that nothing has passed yet. */
export function createEventGate(): EventGate {
  const toldMs = new Map<string, number>();
  let recentMs: number[] = [];
  const forget = (nowMs: number) => {
    for (const [id, atMs] of toldMs) if (nowMs - atMs >= repeatAfterMs) toldMs.delete(id);
    recentMs = recentMs.filter((atMs) => nowMs - atMs < windowMs);
  };
  const has = (id: string, nowMs: number) => {
    const atMs = toldMs.get(id);
    return atMs !== undefined && nowMs - atMs < repeatAfterMs;
  };
  return {
    has,
    take(id, nowMs) {
      if (has(id, nowMs)) return false;
      forget(nowMs);
      if (recentMs.length >= maxPerWindow || toldMs.size >= maxRemembered) return false;
      recentMs.push(nowMs);
      toldMs.set(id, nowMs);
      return true;
    },
    giveBack: (id) => void toldMs.delete(id),
  };
}
