import { createPullSecretKeyring } from "../credentials/pull-secrets.ts";
import { parseRegistries } from "../hold/config/parse-registries.ts";
import type { HoldConfig } from "../hold/config.ts";
import type { ResolveDigest } from "../hold/run/digest-book.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Logger } from "../lib/log.ts";
import { createRegistryClient } from "../registry/client.ts";
import { version } from "../version.ts";
import type { CliContext } from "./context.ts";
import { createSecretAccess } from "./secret-access.ts";

const resolveMs = 20_000;

/** Digests from registries, with the pull secrets of the configuration. */
export interface Digests {
  readonly resolve: ResolveDigest;
  close(): void;
}

/** Wires registry, keyring and secrets. Throws a `ConfigError`. */
export function createDigests(
  client: Pick<KubeClient, "get">,
  current: () => HoldConfig,
  { env, clock }: CliContext,
  log: Logger,
): Digests {
  const registry = createRegistryClient({
    userAgent: `prestow/${version}`,
    clock,
    plainHttpHosts: parseRegistries("PLAIN_HTTP_REGISTRIES", env["PLAIN_HTTP_REGISTRIES"] ?? ""),
  });
  const keyring = createPullSecretKeyring({
    keyring: { lookup: async () => [] },
    secretsFor: () => {
      const { namespace, imagePullSecrets } = current();
      return imagePullSecrets.map((name) => ({ namespace, name }));
    },
    ...createSecretAccess(client),
    clock,
    warn: log.warn,
  });
  return {
    async resolve(image, signal) {
      const auths = await keyring.lookup(image, signal);
      return await registry.resolveDigest(image, auths, { timeoutMs: resolveMs, signal });
    },
    close: () => registry.close(),
  };
}
