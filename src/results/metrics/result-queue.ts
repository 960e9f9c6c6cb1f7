import type { Result } from "../gen/metrics.ts";

/** Results that wait to be sent, oldest first. */
export interface ResultQueue {
  /** Where there is no room, the oldest goes and is counted. */
  add(result: Result): void;
  /** The oldest ones, which stay until they are removed. */
  peek(count: number): Result[];
  /** Those that are still there of what was peeked. */
  remove(sent: readonly Result[]): void;
  readonly size: number;
  readonly dropped: number;
}

/** An empty queue for so many results. */
export function createResultQueue(maxSize: number): ResultQueue {
  const results = new Set<Result>();
  let dropped = 0;
  return {
    add(result) {
      results.add(result);
      for (const oldest of results) {
        if (results.size <= maxSize) return;
        results.delete(oldest);
        dropped += 1;
      }
    },
    peek: (count) => [...results].slice(0, count),
    remove(sent) {
      for (const result of sent) results.delete(result);
    },
    get size() {
      return results.size;
    },
    get dropped() {
      return dropped;
    },
  };
}
