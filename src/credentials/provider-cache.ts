import type { ImageReference } from "../image/reference.ts";
import { repositoryName } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import type { Credential } from "./credential.ts";
import type { CacheKeyType } from "./provider-response.ts";

/** What a plugin answered, for as long as the answer is good. */
export interface ProviderCache {
  /** Looks for the repository, then for its registry, then for an answer for all. */
  find(image: ImageReference): readonly Credential[] | undefined;
  store(
    image: ImageReference,
    type: CacheKeyType,
    durationMs: number,
    credentials: readonly Credential[],
  ): void;
}

interface Entry {
  readonly credentials: readonly Credential[];
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
export function createProviderCache(clock: Pick<Clock, "nowMs">, maxEntries = 1000): ProviderCache {
  const entries = new Map<string, Entry>();
  return {
    find(image) {
      const now = clock.nowMs();
      for (const type of lookupOrder) {
        const entry = entries.get(createCacheKey(type, image));
        if (entry !== undefined && now < entry.untilMs) return entry.credentials;
      }
      return undefined;
    },
    store(image, type, durationMs, credentials) {
      if (durationMs <= 0) return;
      const now = clock.nowMs();
      for (const [key, { untilMs }] of entries) if (untilMs <= now) entries.delete(key);
      const key = createCacheKey(type, image);
      entries.delete(key);
      const oldest = entries.keys().next();
      if (entries.size >= maxEntries && !oldest.done) entries.delete(oldest.value);
      entries.set(key, { credentials, untilMs: now + durationMs });
    },
  };
}
