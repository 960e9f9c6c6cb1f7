import { join } from "node:path";
import { readBoundedFile } from "../lib/bounded-file.ts";
import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import type { KubeConfig } from "./config.ts";
import { createFileToken } from "./token.ts";

export interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, "nowMs">;
  /** Where the kubelet mounts the service account. */
  readonly folder?: string;
}

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The API server as a pod knows it; undefined where this is no pod. Throws a `ConfigError` where it is one
 * without a usable service account.
 */
export async function readInClusterConfig(options: InClusterOptions): Promise<KubeConfig | undefined> {
  const { env, clock, folder = serviceAccountFolder } = options;
  const server = parseServiceAddress(env);
  if (server === undefined) return undefined;
  const tokenPath = join(folder, "token");
  const [ca] = await Promise.all([
    readBoundedFile(join(folder, "ca.crt"), "service account's CA"),
    // Only to say now that the pod has none (automountServiceAccountToken: false), in the words of a file.
    readBoundedFile(tokenPath, "service account's token"),
  ]);
  return { server, tls: { ca }, token: createFileToken(tokenPath, clock) };
}

function parseServiceAddress(env: InClusterOptions["env"]): URL | undefined {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = env;
  if (host === "" || port === "") return undefined;
  const address = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const text = `https://${address}:${port}/`;
  // What else a URL can hold (a path, a user) has no place here, and would move the port into it.
  if (/^[\w.:[\]-]+$/.test(address) && /^\d+$/.test(port) && URL.canParse(text)) return new URL(text);
  const shown = printable(`${host}:${port}`, 200);
  throw new ConfigError(`KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: ${shown} is no address`);
}
