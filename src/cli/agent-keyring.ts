import type { Keyring } from "../credentials/keyring.ts";
import { createPullSecretKeyring, type SecretName } from "../credentials/pull-secrets.ts";
import { findNormalizedName, type ImageReference, normalizedName } from "../image/reference.ts";
import type { Logger } from "../lib/log.ts";
import type { Source } from "../sources/source.ts";
import type { AgentCluster } from "./agent-cluster.ts";
import type { AgentFlags } from "./agent-flags.ts";
import type { CliContext } from "./context.ts";
import { createSecretAccess } from "./secret-access.ts";

/**
 * The keyring with the imagePullSecrets of those who ask for an image; only of the namespaces that a flag names, for
 * which a Role lets the agent get secrets.
 */
export function withPullSecrets(
  keyring: Keyring,
  { pullSecretNamespaces: namespaces }: Pick<AgentFlags, "pullSecretNamespaces">,
  { client, sources }: Pick<AgentCluster, "client" | "sources">,
  { clock }: CliContext,
  log: Logger,
): Keyring {
  if (namespaces.length === 0 || client === undefined) return keyring;
  log.warn("private images that are pulled with pull secrets can be used by every pod on this node", {
    namespaces,
  });
  return createPullSecretKeyring({
    keyring,
    secretsFor: (image) => listSecrets(sources, image, new Set(namespaces)),
    ...createSecretAccess(client),
    clock,
    warn: log.warn,
  });
}

/** The secrets of all who ask for this image, each once. */
export function listSecrets(
  sources: readonly Pick<Source, "current">[],
  image: ImageReference,
  namespaces: ReadonlySet<string>,
): SecretName[] {
  const name = normalizedName(image);
  const found = new Map<string, SecretName>();
  for (const { owner, pullSecrets, ref } of sources.flatMap((source) => source.current().images)) {
    if (owner === undefined || pullSecrets.length === 0 || !namespaces.has(owner.namespace)) continue;
    if (findNormalizedName(ref) !== name) continue;
    for (const secret of pullSecrets) {
      found.set(`${owner.namespace}/${secret}`, { namespace: owner.namespace, name: secret });
    }
  }
  return [...found.values()];
}
