import type { ImageReference } from "../image/reference.ts";
import { repositoryName } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import type { CacheKeyType } from "./provider-response.ts";

/** What a plugin answered, or how it failed, for as long as that is good. */
export interface ProviderCache<T> {
  /** Looks for the repository, then for its registry, then for an answer for all. */
  find(image: ImageReference): T | undefined;
  store(image: ImageReference, type: CacheKeyType, durationMs: number, answer: T): void;
}

interface Entry<T> {
  readonly answer: T;
  readonly untilMs: number;
}

// In the order of the kubelet: the narrowest first.
const lookupOrder: readonly CacheKeyType[] = ["Image", "Registry", "Global"];

/** Under what an answer is kept, and what images that share it have in common. */
export function createCacheKey(type: CacheKeyType, image: ImageReference): string {
  if (type === "Global") return type;
  return `${type} ${type === "Registry" ? image.domain : repositoryName(image)}`;
}

/** A cache in memory that holds at most `maxEntries` answers: the oldest goes first. */
export function createProviderCache<T>(clock: Pick<Clock, "nowMs">, maxEntries = 1000): ProviderCache<T> {
  const entries = new Map<string, Entry<T>>();
  return {
    find(image) {
      const now = clock.nowMs();
      for (const type of lookupOrder) {
        const entry = entries.get(createCacheKey(type, image));
        if (entry !== undefined && now < entry.untilMs) return entry.answer;
      }
      return undefined;
    },
    store(image, type, durationMs, answer) {
      if (durationMs <= 0) return;
      const now = clock.nowMs();
      for (const [key, { untilMs }] of entries) if (untilMs <= now) entries.delete(key);
      const key = createCacheKey(type, image);
      entries.delete(key);
      const oldest = entries.keys().next();
      if (entries.size >= maxEntries && !oldest.done) entries.delete(oldest.value);
      entries.set(key, { answer, untilMs: now + durationMs });
    },
  };
}
