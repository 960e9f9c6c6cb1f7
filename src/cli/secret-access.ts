import type { PullSecretOptions } from "../credentials/pull-secrets.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError, type KubeErrorKind } from "../kube/errors.ts";

const timeoutMs = 10_000;
const refusals: ReadonlySet<KubeErrorKind> = new Set(["forbidden", "not-found"]);

/** How pull secrets are read from the API server, and which of its answers mean that there is none for us. */
export function createSecretAccess(
  client: Pick<KubeClient, "get">,
): Pick<PullSecretOptions, "readSecret" | "isRefusal"> {
  return {
    readSecret: ({ namespace, name }, signal) => {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
      return client.get(path, { timeoutMs, signal });
    },
    isRefusal: (error) => error instanceof KubeError && refusals.has(error.kind),
  };
}
