export interface StoreLimits {
  readonly maxEntries: number;
  /** Memory of all entries together, which their number alone would not bound. */
  readonly maxBytes: number;
}

/** The latest results, one for each attempt, as JSON texts: what is kept is what is shown. */
export interface ResultStore {
  /** A repeat replaces; the oldest go where there is no room. Tells whether the attempt was unknown. */
  add(attemptId: string, json: string): boolean;
  /** Oldest first; a copy, which does not change. */
  entries(): string[];
  readonly size: number;
  readonly totalBytes: number;
  /** How many had to go. */
  readonly dropped: number;
}

/** An empty store. */
export function createResultStore(limits: StoreLimits): ResultStore {
  // Maps keep the order of insertion: the first is the oldest.
  const texts = new Map<string, string>();
  let totalBytes = 0;
  let dropped = 0;

  const remove = (attemptId: string): boolean => {
    totalBytes -= memoryBytes(texts.get(attemptId) ?? "");
    return texts.delete(attemptId);
  };
  const dropOldest = () => {
    for (const oldest of texts.keys()) {
      if (texts.size <= limits.maxEntries && totalBytes <= limits.maxBytes) return;
      remove(oldest);
      dropped += 1;
    }
  };

  return {
    add(attemptId, json) {
      const known = remove(attemptId);
      texts.set(attemptId, json);
      totalBytes += memoryBytes(json);
      dropOldest();
      return !known;
    },
    entries: () => [...texts.values()],
    get size() {
      return texts.size;
    },
    get totalBytes() {
      return totalBytes;
    },
    get dropped() {
      return dropped;
    },
  };
}

/** One byte a character, or two where one of them is beyond Latin-1. */
function memoryBytes(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length;
}
