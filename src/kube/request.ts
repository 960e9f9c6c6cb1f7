import { KubeError } from "./errors.ts";
import type { HttpRequest } from "./http.ts";

/** How a patch is read; only the owner of fields applies, so it has a name. */
export type PatchOptions =
  | { readonly type: "strategic" | "merge" | "json"; readonly fieldManager?: string }
  | { readonly type: "apply"; readonly fieldManager: string; readonly force?: boolean };

/** One call as its caller means it, before it is known who we are. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly content?: { readonly type: string; readonly body: unknown };
}

/** Who calls whom. */
export interface Caller {
  readonly server: URL;
  readonly userAgent: string;
  readonly token: string | undefined;
}

const patchTypes = {
  strategic: "application/strategic-merge-patch+json",
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  // JSON is YAML; the API server knows no other name.
  apply: "application/apply-patch+yaml",
} as const;

/** A call that sends a whole object. */
export function objectCall(method: "POST" | "PUT", path: string, body: unknown): Call {
  return { method, path, content: { type: "application/json", body } };
}

/** A call that sends a patch. */
export function patchCall(path: string, body: unknown, options: PatchOptions): Call {
  const content = { type: patchTypes[options.type], body };
  return { method: "PATCH", path: patchPath(path, options), content };
}

/** The HTTP request that a call comes to. */
export function createRequest({ method, path, content }: Call, caller: Caller): HttpRequest {
  const { server, userAgent, token } = caller;
  const body = content === undefined ? undefined : JSON.stringify(content.body);
  const headers = {
    accept: "application/json",
    "user-agent": userAgent,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(content !== undefined && { "content-type": content.type }),
    ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
  };
  const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
  const repeatable = method !== "POST" && content?.type !== patchTypes.json;
  return { method, url, headers, body, repeatable };
}

function patchPath(path: string, options: PatchOptions): string {
  const query = new URLSearchParams();
  if (options.fieldManager !== undefined) query.set("fieldManager", options.fieldManager);
  if (options.type === "apply" && options.force === true) query.set("force", "true");
  if (query.size === 0) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

/** The same error, told with what was called; the query is left out. */
export function withCall(error: KubeError, { method, path }: Call, server: URL): KubeError {
  const { kind, status, reason, retryAfterMs, cause } = error;
  const place = `${method} ${server.host}${path.replace(/\?.*$/s, "")}`;
  return new KubeError(`${place}: ${error.message}`, { kind, status, reason, retryAfterMs, cause });
}
