import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { isRecord, type JsonRecord } from "../lib/record.ts";
import { parseBasicAuth } from "./basic-auth.ts";
import { type Credential, type CredentialKey, createSecrets, parseCredentialKey } from "./credential.ts";

const names = ["auth", "username", "password", "identitytoken", "registrytoken"] as const;
type Fields = Partial<Record<(typeof names)[number], string>>;

/** Whether a value has a credential in it, as the entries of a `.dockercfg` do. */
export function isDockerConfigEntry(value: unknown): boolean {
  return (
    isRecord(value) && Object.keys(value).some((key) => names.some((name) => name === key.toLowerCase()))
  );
}

/**
 * One registry of a docker config. `auth` goes before `username` and `password`. Undefined where it holds no
 * credential (as where a credential store has it); a warning where the key is no registry. Throws a
 * `ConfigError` that names the registry and the field.
 */
export function parseDockerConfigEntry(
  key: string,
  entry: unknown,
  where: string,
): Credential | string | undefined {
  const parsed = tryParseKey(key);
  const place = `${where}: auths["${parsed === undefined ? "…" : printable(parsed.key, 200)}"]`;
  const fields = parseFields(entry, place);
  // The key is not shown: what is no registry may be a URL with a password.
  if (parsed === undefined)
    return `${where}: an entry is skipped: its key is no registry such as ghcr.io/team`;
  const secrets = createSecrets({
    ...pickUser(fields, place),
    ...(fields.identitytoken && { identityToken: fields.identitytoken }),
    ...(fields.registrytoken && { registryToken: fields.registrytoken }),
  });
  return secrets && { ...parsed, secrets };
}

function tryParseKey(key: string): CredentialKey | undefined {
  try {
    return parseCredentialKey(key);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function pickUser(fields: Fields, place: string): { username?: string; password?: string } {
  if (fields.auth) {
    try {
      return parseBasicAuth(fields.auth);
    } catch (error) {
      throw error instanceof ConfigError ? new ConfigError(`${place}.auth: ${error.message}`) : error;
    }
  }
  return {
    ...(fields.username && { username: fields.username }),
    ...(fields.password && { password: fields.password }),
  };
}

function parseFields(entry: unknown, place: string): Fields {
  if (entry === null) return {};
  if (!isRecord(entry)) throw new ConfigError(`${place}: must be an object such as {"auth":"…"}`);
  const fields: Fields = {};
  for (const name of names) {
    const value = findField(entry, name);
    if (typeof value === "string") fields[name] = value;
    else if (value !== null) throw new ConfigError(`${place}.${name}: must be a text in quotes`);
  }
  return fields;
}

// Go reads names whatever their case, and null as if it were not there.
function findField(entry: JsonRecord, name: string): unknown {
  const key = Object.keys(entry).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? null : entry[key];
}
