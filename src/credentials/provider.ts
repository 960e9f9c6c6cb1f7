import { type ImageReference, repositoryName } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import type { Credential } from "./credential.ts";
import { createCacheKey, createProviderCache } from "./provider-cache.ts";
import type { ProviderConfig } from "./provider-config.ts";
import { CredentialProviderError, type CredentialProviderErrorKind } from "./provider-error.ts";
import type { AskPlugin } from "./provider-plugin.ts";
import type { CacheKeyType, ProviderResponse } from "./provider-response.ts";
import { createSharedCalls } from "./shared-calls.ts";
import { createTarget, matchesPattern } from "./url-pattern.ts";

/** A plugin with its cache. */
export interface CredentialProvider {
  readonly name: string;
  /**
   * What the plugin has for an image: nothing where its `matchImages` do not match. Not yet matched with the
   * image by key. Throws a `CredentialProviderError`, the same one to all who share a failure, or the signal's
   * reason.
   */
  lookup(image: ImageReference, signal: AbortSignal): Promise<readonly Credential[]>;
}

export interface CredentialProviderOptions {
  readonly config: ProviderConfig;
  readonly ask: AskPlugin;
  readonly clock: Pick<Clock, "nowMs">;
}

type Answer = { readonly image: ImageReference } & (
  | { readonly kind: "response"; readonly response: ProviderResponse }
  | { readonly kind: "failure"; readonly error: CredentialProviderError }
  | { readonly kind: "error"; readonly error: unknown }
);

// The plugin gave no answer at all, which may have taken it a minute: another call would fare no better.
const failures: readonly CredentialProviderErrorKind[] = ["spawn", "exit", "timeout", "output-too-large"];
const failureMs = 60_000;

/**
 * Many images of one registry are often wanted at once, and mostly one answer is good for all. How far an
 * answer reaches is known once the plugin has answered (`cacheKeyType`), so:
 *
 *   before the first answer    the images of one registry wait for one call: a plugin that hangs for another
 *                              registry holds up none of them
 *   after it                   those that the last answer's type puts together wait for one call
 *   it failed                  for all who waited, and for who comes within a minute
 *   it does not cover me       my own call, shared only with those who want the same repository
 */
export function createCredentialProvider({
  config,
  ask,
  clock,
}: CredentialProviderOptions): CredentialProvider {
  const cache = createProviderCache<readonly Credential[]>(clock);
  const failed = createProviderCache<CredentialProviderError>(clock);
  const calls = createSharedCalls<Answer>();
  let reach: CacheKeyType = "Registry";

  async function call(type: CacheKeyType, image: ImageReference, signal: AbortSignal): Promise<Answer> {
    try {
      const response = await ask(repositoryName(image), signal);
      reach = response.cacheKeyType;
      const durationMs = response.cacheDurationMs ?? config.defaultCacheDurationMs;
      cache.store(image, response.cacheKeyType, durationMs, response.credentials);
      return { kind: "response", image, response };
    } catch (error) {
      if (!isFailure(error)) return { kind: "error", image, error };
      failed.store(image, type, failureMs, error);
      return { kind: "failure", image, error };
    }
  }

  function join(type: CacheKeyType, image: ImageReference, signal: AbortSignal): Promise<Answer> {
    return calls.join(createCacheKey(type, image), (shared) => call(type, image, shared), signal);
  }

  return {
    name: config.name,
    async lookup(image, signal) {
      const target = createTarget(image);
      if (!config.matchImages.some((pattern) => matchesPattern(pattern, target))) return [];
      const cached = cache.find(image);
      if (cached !== undefined) return cached;
      const failure = failed.find(image);
      if (failure !== undefined) throw failure;
      const first = await join(reach, image, signal);
      const answer = covers(first, image) ? first : await join("Image", image, signal);
      if (answer.kind !== "response") throw answer.error;
      return answer.response.credentials;
    },
  };
}

function isFailure(error: unknown): error is CredentialProviderError {
  return error instanceof CredentialProviderError && failures.includes(error.kind);
}

function covers(answer: Answer, image: ImageReference): boolean {
  if (answer.kind === "failure") return true;
  const type = answer.kind === "error" ? "Image" : answer.response.cacheKeyType;
  return createCacheKey(type, answer.image) === createCacheKey(type, image);
}
