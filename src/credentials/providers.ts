import type { Clock } from "../lib/clock.ts";
import { type CredentialProvider, createCredentialProvider } from "./provider.ts";
import { readProviderConfig } from "./provider-config-file.ts";
import { createAskPlugin } from "./provider-plugin.ts";
import type { Warn } from "./warn.ts";

export interface ReadProvidersOptions {
  /** The kubelet's CredentialProviderConfig, a file or a folder of them. */
  readonly configPath: string;
  readonly binDir: string;
  /** Our own environment, which plugins inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly warn: Warn;
}

/** The providers of a configuration, ready to be asked; throws a `ConfigError` where it is invalid. */
export async function readProviders(options: ReadProvidersOptions): Promise<CredentialProvider[]> {
  const { configPath, binDir, env, clock, warn } = options;
  const { providers, warnings } = await readProviderConfig(configPath, binDir);
  for (const warning of warnings) warn(warning);
  return providers.map((config) =>
    createCredentialProvider({ config, clock, ask: createAskPlugin({ config, binDir, env, clock }) }),
  );
}
