import { ConfigError } from "../lib/config-error.ts";
import { parseDuration } from "../lib/duration.ts";
import { isRecord, type JsonRecord } from "../lib/record.ts";
import { type Credential, type CredentialKey, createSecrets, parseCredentialKey } from "./credential.ts";
import { CredentialProviderError } from "./provider-error.ts";

const cacheKeyTypes = ["Image", "Registry", "Global"] as const;

/** For what else an answer is good: the same repository, the same registry, or every image. */
export type CacheKeyType = (typeof cacheKeyTypes)[number];

export interface ProviderResponse {
  readonly cacheKeyType: CacheKeyType;
  /** Undefined: the default of the provider's configuration. 0: not to be kept. */
  readonly cacheDurationMs: number | undefined;
  readonly credentials: readonly Credential[];
}

/** Who answered and in which version it was asked. */
export interface Asked {
  readonly name: string;
  readonly apiVersion: string;
}

/**
 * Parses what a plugin wrote (CredentialProviderResponse, KEP-2133). Keys that are no registry are skipped, as
 * the kubelet does. Throws a `CredentialProviderError` of kind `invalid-response` that names the field and
 * quotes nothing: the text may be a credential.
 */
export function parseProviderResponse(text: string, asked: Asked): ProviderResponse {
  const root = parseJson(text);
  const problem = isRecord(root) ? findProblem(root, asked) : "its answer is not a JSON object";
  if (problem !== undefined || !isRecord(root)) throw invalid(asked, problem ?? "");
  return {
    cacheKeyType: parseCacheKeyType(root, asked),
    cacheDurationMs: parseCacheDuration(root, asked),
    credentials: parseAuth(root["auth"] ?? {}, asked),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function findProblem(root: JsonRecord, { apiVersion }: Asked): string | undefined {
  if (root["kind"] !== "CredentialProviderResponse") return "kind is not CredentialProviderResponse";
  if (root["apiVersion"] !== apiVersion) return `apiVersion is not ${apiVersion}, which it was asked for`;
  return undefined;
}

function parseCacheKeyType(root: JsonRecord, asked: Asked): CacheKeyType {
  const found = cacheKeyTypes.find((type) => type === root["cacheKeyType"]);
  if (found === undefined) throw invalid(asked, `cacheKeyType is none of ${cacheKeyTypes.join(", ")}`);
  return found;
}

function parseCacheDuration(root: JsonRecord, asked: Asked): number | undefined {
  const value = root["cacheDuration"] ?? undefined;
  if (value === undefined) return undefined;
  try {
    if (typeof value === "string") return parseDuration(value);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  throw invalid(asked, "cacheDuration is no duration such as 10m or 0s");
}

function parseAuth(auth: unknown, asked: Asked): Credential[] {
  if (!isRecord(auth)) throw invalid(asked, "auth is not an object");
  return Object.entries(auth).flatMap(([text, entry]) => {
    const [username, password] = parseUser(entry, asked);
    const key = tryParseKey(text);
    const secrets = createSecrets({ username, password });
    return key === undefined || secrets === undefined ? [] : [{ ...key, secrets }];
  });
}

function parseUser(entry: unknown, asked: Asked): [username: string, password: string] {
  if (!isRecord(entry)) throw invalid(asked, "an entry of auth is not an object");
  const { username, password } = { username: entry["username"] ?? "", password: entry["password"] ?? "" };
  if (typeof username === "string" && typeof password === "string") return [username, password];
  throw invalid(asked, "username or password of an entry of auth is not a string");
}

function tryParseKey(text: string): CredentialKey | undefined {
  try {
    return parseCredentialKey(text);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function invalid({ name }: Asked, reason: string): CredentialProviderError {
  return new CredentialProviderError(name, "invalid-response", `${reason}; check the plugin and its version`);
}
