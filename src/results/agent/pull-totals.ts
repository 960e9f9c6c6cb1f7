import { durationBoundsSeconds } from "../metrics/totals.ts";
import type { FailureKind, PullEvent } from "../pull-events.ts";

/** What became of all attempts since the start. */
export interface PullTotals {
  readonly succeeded: number;
  readonly failed: ReadonlyMap<FailureKind, number>;
  readonly pulledBytes: number;
  /** Received by the pulls under way. */
  readonly downloadingBytes: number;
  /** Attempts that succeeded: how many took no longer than each bound and longer than the one before; last, longer. */
  readonly durationCounts: readonly number[];
  readonly durationSumMs: number;
  note(event: PullEvent): void;
}

/** Totals of nothing yet. */
export function createPullTotals(): PullTotals {
  const failed = new Map<FailureKind, number>();
  const durationCounts: number[] = new Array(durationBoundsSeconds.length + 1).fill(0);
  const downloading = new Map<string, number>();
  let succeeded = 0;
  let pulledBytes = 0;
  let durationSumMs = 0;

  const notePulled = (sizeBytes: number, durationMs: number) => {
    succeeded += 1;
    pulledBytes += sizeBytes;
    durationSumMs += durationMs;
    const found = durationBoundsSeconds.findIndex((bound) => durationMs <= bound * 1000);
    const index = found < 0 ? durationBoundsSeconds.length : found;
    durationCounts[index] = (durationCounts[index] ?? 0) + 1;
  };

  return {
    failed,
    durationCounts,
    get succeeded() {
      return succeeded;
    },
    get pulledBytes() {
      return pulledBytes;
    },
    get durationSumMs() {
      return durationSumMs;
    },
    get downloadingBytes() {
      return [...downloading.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
    note(event) {
      if (event.type === "progress") downloading.set(event.image, event.downloadedBytes);
      if (event.type === "pulled") notePulled(event.sizeBytes, event.durationMs);
      if (event.type === "attempt-failed") failed.set(event.kind, (failed.get(event.kind) ?? 0) + 1);
      if (event.type === "pulled" || event.type === "attempt-failed") downloading.delete(event.image);
      if (event.type === "done") downloading.delete(event.result.normalizedRef);
    },
  };
}
