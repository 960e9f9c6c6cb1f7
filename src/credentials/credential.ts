import type { ImageReference } from "../image/reference.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";
import { createTarget, matchesPattern, parseUrlPattern, type UrlPattern } from "./url-pattern.ts";

/** What is secret of a credential. An empty text never occurs: it is left out. */
export type Secrets = Omit<RegistryAuth, "serverAddress">;

/** Which registries a credential is for. */
export interface CredentialKey {
  /** Host and path without scheme: what credentials are sorted by, and what may be shown. */
  readonly key: string;
  readonly pattern: UrlPattern;
}

export interface Credential extends CredentialKey {
  readonly secrets: Secrets;
}

const hub = "docker.io";
const hubKey = "index.docker.io";
// containerd gives credentials to the host that it asks, and that is not the one in the image's name.
const hubHost = "registry-1.docker.io";

/**
 * Parses a key of a docker config or of a plugin's answer: `https://` or `http://` in front is stripped, and
 * so is a path's `/v1` or `/v2` before a slash, as docker and the kubelet do. Throws a `ConfigError` without
 * the text.
 */
export function parseCredentialKey(text: string): CredentialKey {
  const parsed = parseUrlPattern(text.replace(/^https?:\/\//i, ""));
  const path = parsed.path.replace(/^\/v[12](?=\/)/, "").replace(/^\/$/, "");
  const port = parsed.port === "" ? "" : `:${parsed.port}`;
  return { key: `${parsed.hostParts.join(".")}${port}${path}`, pattern: { ...parsed, path } };
}

/**
 * The credentials for an image in the order to be tried: by key, the last of the alphabet first, so that a
 * longer path is tried before a shorter one. Those of `index.docker.io`, docker's name for its Hub, are for
 * images of the Hub for which there is nothing else (the kubelet's rules, pkg/credentialprovider/keyring.go).
 *
 * `serverAddress` is the host that the runtime asks, so that containerd gives the credential to it and to no
 * mirror. An empty one goes to any host, and one without scheme to none, silently (ParseAuth, from 1.6 to 2).
 */
export function matchCredentials(credentials: readonly Credential[], image: ImageReference): RegistryAuth[] {
  const target = createTarget(image);
  const matches = credentials
    .filter(({ pattern }) => matchesPattern(pattern, target))
    .sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? 1 : -1));
  const fallback = image.domain === hub ? credentials.filter(({ key }) => key === hubKey) : [];
  const serverAddress = `https://${image.domain === hub ? hubHost : image.domain}`;
  return (matches.length > 0 ? matches : fallback).map(({ secrets }) => ({ ...secrets, serverAddress }));
}

/** Leaves out what is empty or of no use; undefined where nothing is left, which means anonymous. */
export function createSecrets(given: Secrets): Secrets | undefined {
  // `docker login` stores an identity token beside a user with an empty password. containerd prefers a user
  // to a token, so that user would make it send the empty password.
  const hasIdentity = Boolean(given.identityToken);
  const username = hasIdentity && !given.password ? undefined : given.username;
  const secrets: Secrets = {
    ...(username && { username }),
    ...(given.password && { password: given.password }),
    ...(given.identityToken && { identityToken: given.identityToken }),
    ...(given.registryToken && { registryToken: given.registryToken }),
  };
  return Object.keys(secrets).length === 0 ? undefined : secrets;
}
