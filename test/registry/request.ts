/** What a request asks for, found from its path alone. */
export interface Route {
  readonly kind: "base" | "manifest" | "blob" | "upload" | "token" | "unknown";
  /** Empty where the path names none. */
  readonly repository: string;
  /** A tag, a digest or an upload's id; empty where the path names none. */
  readonly reference: string;
}

/** What the registry remembers of a request: enough to assert on, and no secret. */
export interface RegistryRequest extends Route {
  /** On the registry's clock, monotonic. */
  readonly atMs: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly range?: string;
  /** Of the Authorization header: `Basic`, `Bearer`. */
  readonly scheme?: string;
  readonly username?: string;
  /** Of a POST to the token service. */
  readonly grantType?: string;
  /** The `kind` of the fault that the request met. */
  readonly fault?: string;
  /** Absent while the answer is under way, and where there was none. */
  readonly status?: number;
  readonly bodyBytes: number;
  /** Absent while the answer is under way. */
  readonly endedAtMs?: number;
}

/** The route of a path of the distribution API, or of the token service at `/token`. */
export function parseRoute(path: string): Route {
  if (path === "/token") return { kind: "token", repository: "", reference: "" };
  if (path === "/v2/" || path === "/v2") return { kind: "base", repository: "", reference: "" };
  const upload = /^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/.exec(path);
  if (upload !== null) return { kind: "upload", repository: upload[1] ?? "", reference: upload[2] ?? "" };
  const content = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path);
  if (content === null) return { kind: "unknown", repository: "", reference: "" };
  const kind = content[2] === "blobs" ? "blob" : "manifest";
  return { kind, repository: content[1] ?? "", reference: content[3] ?? "" };
}

/** The user and password of a Basic Authorization header. */
export function parseBasic(
  authorization: string | undefined,
): { username: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [username = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return { username, password: password.join(":") };
}
