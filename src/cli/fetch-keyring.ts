import { readDockerConfig } from "../credentials/docker-config.ts";
import { createKeyring, type Keyring } from "../credentials/keyring.ts";
import { ConfigError } from "../lib/config-error.ts";
import type { Logger } from "../lib/log.ts";
import type { CliContext } from "./context.ts";
import type { FetchOptions } from "./fetch-options.ts";

/** The flags that say who we are. */
export type KeyringOptions = Pick<
  FetchOptions,
  "dockerConfig" | "imageCredentialProviderConfig" | "imageCredentialProviderBinDir"
>;

/** Who we are for registries, as flags say it. Throws a `ConfigError`. */
export async function readKeyring(
  options: KeyringOptions,
  context: CliContext,
  log: Logger,
): Promise<Keyring> {
  const { dockerConfig } = options;
  const providers = await readPlugins(options, context, log);
  return createKeyring({
    providers,
    warn: log.warn,
    ...(dockerConfig !== undefined && {
      dockerConfig: await named("docker-config", readDockerConfig(dockerConfig)),
    }),
  });
}

async function readPlugins(options: KeyringOptions, context: CliContext, log: Logger) {
  const { imageCredentialProviderConfig: configPath, imageCredentialProviderBinDir: binDir } = options;
  if (configPath === undefined && binDir === undefined) return [];
  if (binDir === undefined) throw bothOrNeither("config", "bin-dir");
  if (configPath === undefined) throw bothOrNeither("bin-dir", "config");
  // Only here, so that a run without plugins does not pay for the YAML parser.
  const { readProviders } = await import("../credentials/providers.ts");
  const { env, clock } = context;
  const providers = readProviders({ configPath, binDir, env, clock, warn: log.warn });
  return await named("image-credential-provider-config", providers);
}

/** Tells the flag that names the file, too, where that cannot be used. */
async function named<T>(flag: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof ConfigError
      ? new ConfigError(`--${flag}: ${error.message}`, { cause: error })
      : error;
  }
}

function bothOrNeither(given: string, missing: string): ConfigError {
  const flag = "--image-credential-provider";
  return new ConfigError(`${flag}-${given}: it needs ${flag}-${missing} too; give both or neither`);
}
