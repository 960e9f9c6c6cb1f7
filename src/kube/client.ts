import { X509Certificate } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext } from "node:tls";
import type { CallBounds } from "../lib/call-bounds.ts";
import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { parseAnswer } from "./answer.ts";
import type { KubeConfig } from "./config.ts";
import { KubeError } from "./errors.ts";
import { type CallLimit, sendRequest } from "./http.ts";

/** How a patch is read; only the owner of fields applies, so it has a name. */
export type PatchOptions =
  | { readonly type: "strategic" | "merge" | "json"; readonly fieldManager?: string }
  | { readonly type: "apply"; readonly fieldManager: string; readonly force?: boolean };

/**
 * The API server. Paths begin with `/api/` or `/apis/`, and may have a query. Calls throw a `KubeError` or the
 * signal's reason; what they resolve to is JSON from outside, for the caller to check.
 */
export interface KubeClient {
  get(path: string, bounds: CallBounds): Promise<unknown>;
  patch(path: string, body: unknown, options: PatchOptions, bounds: CallBounds): Promise<unknown>;
  /** Closes the connections that wait for calls; a later call opens a new one. */
  close(): void;
}

export interface KubeClientOptions {
  readonly config: KubeConfig;
  /** `prestow/VERSION`: what audit logs and field managers say of us. */
  readonly userAgent: string;
  readonly clock: Pick<Clock, "dateMs">;
  /** An answer that is larger fails the call. */
  readonly maxResponseBytes?: number;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly content?: { readonly type: string; readonly body: unknown };
}

const patchTypes = {
  strategic: "application/strategic-merge-patch+json",
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  // JSON is YAML; the API server knows no other name.
  apply: "application/apply-patch+yaml",
} as const;

const idleMs = 30_000;

/**
 * A client that keeps its connections and reads its token anew when it is rotated or refused. Throws a
 * `ConfigError` for certificates that cannot be used.
 */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const { config, clock } = options;
  const agent = createAgent(config);

  const attempt = async (call: Call, token: string | undefined, limit: CallLimit): Promise<unknown> => {
    const response = await sendRequest(
      { agent, maxResponseBytes: options.maxResponseBytes ?? 16 * 1024 * 1024 },
      createRequest(call, options, token),
      limit,
    );
    return parseAnswer(response, clock.dateMs(), token);
  };

  const send = async (call: Call, bounds: CallBounds): Promise<unknown> => {
    const limit = { ...bounds, endMs: performance.now() + bounds.timeoutMs };
    const token = await config.token?.read();
    try {
      return await attempt(call, token, limit);
    } catch (error) {
      if (!(error instanceof KubeError) || error.kind !== "unauthorized") throw error;
      const fresh = await config.token?.readAgain();
      if (fresh === token) throw error;
      return await attempt(call, fresh, limit);
    }
  };

  const named = async (call: Call, bounds: CallBounds): Promise<unknown> => {
    try {
      return await send(call, bounds);
    } catch (error) {
      throw error instanceof KubeError ? withCall(error, call, config.server) : error;
    }
  };

  return {
    get: (path, bounds) => named({ method: "GET", path }, bounds),
    patch(path, body, patchOptions, bounds) {
      const content = { type: patchTypes[patchOptions.type], body };
      return named({ method: "PATCH", path: patchPath(path, patchOptions), content }, bounds);
    },
    close: () => agent.destroy(),
  };
}

function createAgent({ server, tls }: KubeConfig): HttpAgent {
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

function createRequest(
  { method, path, content }: Call,
  options: KubeClientOptions,
  token: string | undefined,
) {
  const { server } = options.config;
  const body = content === undefined ? undefined : JSON.stringify(content.body);
  const headers = {
    accept: "application/json",
    "user-agent": options.userAgent,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(content !== undefined && { "content-type": content.type }),
    ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
  };
  const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
  return { method, url, headers, body, repeatable: content?.type !== patchTypes.json };
}

function patchPath(path: string, options: PatchOptions): string {
  const query = new URLSearchParams();
  if (options.fieldManager !== undefined) query.set("fieldManager", options.fieldManager);
  if (options.type === "apply" && options.force === true) query.set("force", "true");
  if (query.size === 0) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

/** The same error, told with what was called; the query is left out. */
function withCall(error: KubeError, { method, path }: Call, server: URL): KubeError {
  const { kind, status, reason, retryAfterMs, cause } = error;
  const place = `${method} ${server.host}${path.replace(/\?.*$/s, "")}`;
  return new KubeError(`${place}: ${error.message}`, { kind, status, reason, retryAfterMs, cause });
}
