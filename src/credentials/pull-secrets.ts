import type { ImageReference } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { isRecord } from "../lib/record.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";
import { type DockerConfig, matchDockerConfig, parseDockerConfig } from "./docker-config.ts";
import type { Keyring } from "./keyring.ts";
import type { Warn } from "./warn.ts";

/** A secret of Kubernetes that may hold credentials of registries. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

export interface PullSecretOptions {
  /** Asked after the secrets, as the kubelet does. */
  readonly keyring: Keyring;
  /** The secrets of those who ask for an image now. */
  readonly secretsFor: (image: ImageReference) => readonly SecretName[];
  /** The Secret object, as the API server has it; throws where it cannot be had. */
  readonly readSecret: (secret: SecretName, signal: AbortSignal) => Promise<unknown>;
  /** Whether this failure says that the secret is not there for us; else it stays as it was known. */
  readonly isRefusal: (error: Error) => boolean;
  readonly clock: Pick<Clock, "nowMs">;
  readonly warn: Warn;
}

interface Known {
  readonly config: DockerConfig | undefined;
  readonly readMs: number;
  /** What was said of it. */
  readonly fault: string | undefined;
}

/** A secret that was changed counts after this time. */
const maxAgeMs = 60_000;
/** Secrets that nobody asks for any more are forgotten before there are more than these. */
const maxKnown = 500;
const keys = [".dockerconfigjson", ".dockercfg"];

/** A keyring that knows the imagePullSecrets of those who ask for an image, too. */
export function createPullSecretKeyring(options: PullSecretOptions): Keyring {
  const known = new Map<string, Known>();

  const load = async (secret: SecretName, signal: AbortSignal): Promise<DockerConfig | undefined> => {
    const id = `${secret.namespace}/${secret.name}`;
    const before = known.get(id);
    if (before !== undefined && options.clock.nowMs() - before.readMs < maxAgeMs) return before.config;
    const { config: fresh, error } = await readConfig(options, secret, id, signal);
    const gone = error === undefined || error instanceof ConfigError || options.isRefusal(error);
    const config = gone ? fresh : before?.config;
    const fault = error?.message;
    if (error !== undefined && fault !== before?.fault)
      options.warn("image pull secret not used", { secret: id, error });
    known.delete(id);
    known.set(id, { config, readMs: options.clock.nowMs(), fault });
    for (const oldest of known.keys()) if (known.size > maxKnown) known.delete(oldest);
    return config;
  };

  return {
    async lookup(image, signal) {
      const auths: RegistryAuth[] = [];
      for (const secret of options.secretsFor(image)) {
        const config = await load(secret, signal);
        if (config !== undefined) auths.push(...matchDockerConfig(config, image));
      }
      return [...auths, ...(await options.keyring.lookup(image, signal))];
    },
  };
}

async function readConfig(
  { readSecret }: PullSecretOptions,
  secret: SecretName,
  id: string,
  signal: AbortSignal,
): Promise<{ config: DockerConfig | undefined; error?: Error }> {
  try {
    return { config: parseSecret(await readSecret(secret, signal), id) };
  } catch (error) {
    signal.throwIfAborted();
    return { config: undefined, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Throws a `ConfigError` that never quotes from the secret. */
function parseSecret(object: unknown, id: string): DockerConfig {
  const data = isRecord(object) ? object["data"] : undefined;
  const key = keys.find((name) => isRecord(data) && typeof data[name] === "string");
  if (key === undefined || !isRecord(data)) {
    throw new ConfigError(`secret ${id}: it has neither ${keys.join(" nor ")}; is it an image pull secret?`);
  }
  return parseDockerConfig(Buffer.from(String(data[key]), "base64").toString("utf8"), `secret ${id}`);
}
