/** Registry hosts that asked to be left alone, and until when (monotonic time). */
export interface HostPauses {
  /** The longest of several pauses counts. */
  pause(host: string, untilMs: number): void;
  /** 0 where the host is not paused. */
  untilMs(host: string): number;
  /** Drops the pauses that are over. */
  forget(nowMs: number): void;
}

export function createHostPauses(): HostPauses {
  const pauses = new Map<string, number>();
  return {
    pause: (host, untilMs) => pauses.set(host, Math.max(untilMs, pauses.get(host) ?? 0)),
    untilMs: (host) => pauses.get(host) ?? 0,
    forget(nowMs) {
      for (const [host, untilMs] of pauses) if (untilMs <= nowMs) pauses.delete(host);
    },
  };
}
