import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { withoutUrlSecrets } from "../lib/url-secrets.ts";
import type { KubeConfig } from "./config.ts";
import { readInClusterConfig } from "./in-cluster.ts";
import { findKubeconfigs, readKubeconfig } from "./kubeconfig.ts";

export interface KubeLoginOptions {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string | undefined;
  /** `--master`: another address than the one that was found. */
  readonly master?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, "nowMs">;
  /** Where the kubelet mounts the service account. */
  readonly serviceAccountFolder?: string;
}

/**
 * The API server and who we are for it: by the kubeconfig that is named, else as a pod, else by the kubeconfigs that
 * kubectl would read. Throws a `ConfigError` where there is none of them.
 */
export async function readKubeLogin(options: KubeLoginOptions): Promise<KubeConfig> {
  const server = options.master ? parseMaster(options.master) : undefined;
  const found = await findLogin(options, server);
  return server === undefined ? found : { ...found, server };
}

async function findLogin(options: KubeLoginOptions, server: URL | undefined): Promise<KubeConfig> {
  const { kubeconfig, env, clock, serviceAccountFolder: folder } = options;
  if (kubeconfig) return await readKubeconfig({ paths: [kubeconfig], clock });
  const inCluster = await readInClusterConfig({ env, clock, ...(folder !== undefined && { folder }) });
  if (inCluster !== undefined) return inCluster;
  const paths = findKubeconfigs(env);
  // An address alone is enough for a server that asks for no login, such as kubectl proxy.
  if (server !== undefined && !env["KUBECONFIG"]) return { server, tls: {}, token: undefined };
  if (paths.length > 0) return await readKubeconfig({ paths, clock });
  throw new ConfigError("no API server is known: this is no pod; set --kubeconfig or KUBECONFIG");
}

function parseMaster(text: string): URL {
  const address = text.includes("://") ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (
    url !== undefined &&
    ["http:", "https:"].includes(url.protocol) &&
    url.username === "" &&
    url.search === ""
  ) {
    return url;
  }
  const shown = printable(withoutUrlSecrets(address), 200);
  throw new ConfigError(`--master: ${shown} must be an address such as https://host:6443`);
}
