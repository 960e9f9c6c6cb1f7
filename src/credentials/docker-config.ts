import type { ImageReference } from "../image/reference.ts";
import { readBoundedFile } from "../lib/bounded-file.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { isRecord, type JsonRecord } from "../lib/record.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";
import { type Credential, matchCredentials } from "./credential.ts";
import { isDockerConfigEntry, parseDockerConfigEntry } from "./docker-config-entry.ts";
import { locateJsonFault } from "./json-fault.ts";

export interface DockerConfig {
  readonly path: string;
  readonly credentials: readonly Credential[];
  /** What the file has and we do not use, one sentence each; the keyring says them. */
  readonly warnings: readonly string[];
}

/** Reads a docker config; throws a `ConfigError` that names the file and never quotes from it. */
export async function readDockerConfig(path: string): Promise<DockerConfig> {
  return parseDockerConfig(await readBoundedFile(path, "docker config"), path);
}

/**
 * Parses `{"auths": {…}}` (config.json, `.dockerconfigjson`) or the older map of registries (`.dockercfg`).
 * An entry whose key is no registry is skipped with a warning, a bad credential fails the file: both as the
 * kubelet does. Throws a `ConfigError` with `path`, and line and column where the JSON is broken.
 */
export function parseDockerConfig(text: string, path: string): DockerConfig {
  const where = `docker config ${printable(path)}`;
  const root = parseObject(text, where);
  const credentials: Credential[] = [];
  const warnings = findUnsupported(root).map((name) => `${where}: ${name}`);
  const auths = findAuths(root, where);
  for (const [key, entry] of Object.entries(auths ?? findLegacyEntries(root))) {
    const parsed = parseDockerConfigEntry(key, entry, where);
    if (typeof parsed === "string") warnings.push(parsed);
    else if (parsed !== undefined) credentials.push(parsed);
  }
  const isStrange = auths === undefined && credentials.length + warnings.length === 0;
  if (isStrange && Object.keys(root).length > 0)
    warnings.push(`${where}: it has no "auths": nothing is taken`);
  return { path, credentials, warnings };
}

/** The credentials of a docker config for an image, in the order to be tried. */
export function matchDockerConfig(config: DockerConfig, image: ImageReference): RegistryAuth[] {
  return matchCredentials(config.credentials, image);
}

function parseObject(text: string, where: string): JsonRecord {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // The engine's error is no cause here: it quotes the text.
    throw new ConfigError(`${where}:${locateJsonFault(text)}: it is not valid JSON from here on`);
  }
  if (isRecord(root)) return root;
  throw new ConfigError(`${where}: it must be an object such as {"auths":{}}`);
}

function findAuths(root: JsonRecord, where: string): JsonRecord | undefined {
  // Go reads names whatever their case, so files with "Auths" work elsewhere.
  const name = Object.keys(root).find((key) => key.toLowerCase() === "auths");
  if (name === undefined) return undefined;
  const auths = root[name] ?? {};
  if (isRecord(auths)) return auths;
  throw new ConfigError(`${where}: auths: must be an object with a registry for each key`);
}

// Everything else at the top is a setting of the docker command.
function findLegacyEntries(root: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(root).filter(([, value]) => isDockerConfigEntry(value)));
}

function findUnsupported(root: JsonRecord): string[] {
  return ["credsStore", "credHelpers"].flatMap((name) => {
    const value = root[name] ?? "";
    const isEmpty = value === "" || (isRecord(value) && Object.keys(value).length === 0);
    return isEmpty ? [] : [`${name} is not supported: its credentials are not used; put them into "auths"`];
  });
}
