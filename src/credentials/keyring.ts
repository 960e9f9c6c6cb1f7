import { type ImageReference, repositoryName } from "../image/reference.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";
import { type Credential, matchCredentials } from "./credential.ts";
import { type DockerConfig, matchDockerConfig } from "./docker-config.ts";
import type { CredentialProvider } from "./provider.ts";
import type { Warn } from "./warn.ts";

/** Who we are for a registry. */
export interface Keyring {
  /**
   * The credentials for an image in the order to be tried: those of plugins, then those of the docker config.
   * None means to pull anonymously. A plugin that fails is a warning and no error; a failure that many share is
   * one warning. Throws only the signal's reason.
   */
  lookup(image: ImageReference, signal: AbortSignal): Promise<RegistryAuth[]>;
}

export interface KeyringOptions {
  readonly providers?: readonly CredentialProvider[];
  readonly dockerConfig?: DockerConfig;
  readonly warn: Warn;
}

/** A keyring of plugins and a docker config. Says at once what of the docker config is not used. */
export function createKeyring({ providers = [], dockerConfig, warn }: KeyringOptions): Keyring {
  for (const warning of dockerConfig?.warnings ?? []) warn(warning);
  const said = new WeakSet<Error>();

  async function askProvider(
    provider: CredentialProvider,
    image: ImageReference,
    signal: AbortSignal,
  ): Promise<readonly Credential[]> {
    try {
      return await provider.lookup(image, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Error && said.has(error)) return [];
      if (error instanceof Error) said.add(error);
      warn("credential provider failed", { provider: provider.name, image: repositoryName(image), error });
      return [];
    }
  }

  return {
    async lookup(image, signal) {
      signal.throwIfAborted();
      // As in the kubelet, the keys of all plugins are matched together.
      const found = await Promise.all(providers.map((provider) => askProvider(provider, image, signal)));
      const fromPlugins = matchCredentials(found.flat(), image);
      const fromFile = dockerConfig === undefined ? [] : matchDockerConfig(dockerConfig, image);
      return mergeEqual([...fromPlugins, ...fromFile]);
    },
  };
}

function mergeEqual(auths: readonly RegistryAuth[]): RegistryAuth[] {
  const unique = new Map<string, RegistryAuth>();
  for (const auth of auths) {
    const { username, password, serverAddress, identityToken, registryToken } = auth;
    const key = JSON.stringify([username, password, serverAddress, identityToken, registryToken]);
    if (!unique.has(key)) unique.set(key, auth);
  }
  return [...unique.values()];
}
