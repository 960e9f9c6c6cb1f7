import { delimiter, join } from "node:path";
import { readBoundedFile } from "../lib/bounded-file.ts";
import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import type { KubeConfig, KubeTls, TokenSource } from "./config.ts";
import { type Kubeconfig, type KubeconfigEntry, parseKubeconfig } from "./kubeconfig-file.ts";
import { createFileToken, createFixedToken } from "./token.ts";

export interface KubeconfigOptions {
  /** As `findKubeconfigs` gives them; what an earlier file says counts. */
  readonly paths: readonly string[];
  /** Undefined: the `current-context`. */
  readonly context?: string | undefined;
  readonly clock: Pick<Clock, "nowMs">;
}

/** Where kubectl looks: the files that `KUBECONFIG` lists, else `~/.kube/config`. */
export function findKubeconfigs(env: Readonly<Record<string, string | undefined>>): string[] {
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  if (listed.length > 0) return listed;
  const home = env["HOME"] ?? "";
  return home === "" ? [] : [join(home, ".kube", "config")];
}

/**
 * The API server and the user of one context. Throws a `ConfigError` that names the file and the field, also
 * for ways to log in that need a plugin.
 */
export async function readKubeconfig(options: KubeconfigOptions): Promise<KubeConfig> {
  const { paths, clock } = options;
  const files = await readFiles(paths);
  const named = options.context ?? files.map(({ currentContext }) => currentContext).find((name) => name);
  if (named === undefined) {
    throw new ConfigError(`kubeconfig ${printable(paths.join(delimiter))}: it has no current-context`);
  }
  const context = findEntry(files, "contexts", named);
  const cluster = findEntry(files, "clusters", context.text("cluster") ?? "");
  const userName = context.text("user") ?? "";
  const user = userName === "" ? undefined : findEntry(files, "users", userName);
  return {
    server: parseServer(cluster),
    tls: { ...(await readServerTls(cluster)), ...(user && (await readClientTls(user))) },
    token: user && createToken(user, clock),
  };
}

// As kubectl does: of several files those that are not there do not count, a single one must be.
async function readFiles(paths: readonly string[]): Promise<Kubeconfig[]> {
  const files: Kubeconfig[] = [];
  let missing = new ConfigError("kubeconfig: no file is named; set KUBECONFIG");
  for (const path of paths) {
    try {
      files.push(await parseKubeconfig(await readBoundedFile(path, "kubeconfig"), path));
    } catch (error) {
      if (!isMissing(error) || !(error instanceof ConfigError)) throw error;
      missing = error;
    }
  }
  if (files.length === 0) throw missing;
  return files;
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function findEntry(
  files: readonly Kubeconfig[],
  list: "contexts" | "clusters" | "users",
  name: string,
): KubeconfigEntry {
  for (const file of files) {
    const entry = file[list].get(name);
    if (entry !== undefined) return entry;
  }
  const paths = files.map(({ path }) => path).join(delimiter);
  throw new ConfigError(`kubeconfig ${printable(paths)}: ${list} has no "${printable(name, 200)}"`);
}

function parseServer(cluster: KubeconfigEntry): URL {
  cluster.refuse(["proxy-url"], "use a server that is reached directly");
  const text = cluster.text("server") ?? "";
  const address = text.includes("://") ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.username !== "") {
    throw cluster.fault("server", "must be an address such as https://host:6443");
  }
  return url;
}

async function readServerTls(cluster: KubeconfigEntry): Promise<KubeTls> {
  const servername = cluster.text("tls-server-name");
  const ca = await cluster.readPem("certificate-authority");
  return {
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    ...(cluster.isTrue("insecure-skip-tls-verify") && { rejectUnauthorized: false }),
  };
}

async function readClientTls(user: KubeconfigEntry): Promise<KubeTls> {
  const cert = await user.readPem("client-certificate");
  const key = await user.readPem("client-key");
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined) throw user.fault("client-certificate", "is needed beside client-key");
  if (key === undefined) throw user.fault("client-key", "is needed beside client-certificate");
  return { cert, key };
}

// Each would make us someone else than the user thinks, so none is passed over in silence.
const unsupported = ["exec", "auth-provider", "username", "password", "as", "as-uid", "as-groups"];

function createToken(user: KubeconfigEntry, clock: Pick<Clock, "nowMs">): TokenSource | undefined {
  user.refuse(unsupported, "use a user with a token or a client certificate");
  const path = user.path("tokenFile");
  if (path !== undefined) return createFileToken(path, clock);
  const token = user.text("token");
  return token === undefined ? undefined : createFixedToken(token);
}
