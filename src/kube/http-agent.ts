import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext } from "node:tls";
import { ConfigError } from "../lib/config-error.ts";
import type { KubeConfig } from "./config.ts";

const idleMs = 30_000;

/** What keeps the connections to one API server. Throws a `ConfigError` for certificates that cannot be used. */
export function createHttpAgent({ server, tls }: Pick<KubeConfig, "server" | "tls">): HttpAgent {
  // A connection that was idle for long may be dead without our knowing.
  const kept = { keepAlive: true, timeout: idleMs };
  if (server.protocol === "http:") return new HttpAgent(kept);
  try {
    // TLS itself passes over a CA that it cannot read.
    if (tls.ca !== undefined) new X509Certificate(tls.ca);
    // Now, as a fault in it would else be thrown by the first call and say nothing of configuration.
    return new HttpsAgent({ ...kept, ...tls, secureContext: createSecureContext(tls) });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
    throw new ConfigError(
      `API server ${server.host}: its CA or the client certificate is not usable${code}`,
      {
        cause,
      },
    );
  }
}
