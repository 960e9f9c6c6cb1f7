/**
 * What went wrong with a call to the API server, so far as it decides what to do next.
 *
 * - `unauthorized`: 401, or no token could be read.
 * - `forbidden`: 403; the message names who may not do what.
 * - `not-found`: 404.
 * - `conflict`: 409; somebody else changed it meanwhile, or it is there already.
 * - `gone`: 410; the resource version is too old.
 * - `invalid`: every other 4xx; the request itself is wrong.
 * - `too-many-requests`: 429; `retryAfterMs` says for how long.
 * - `unavailable`: not reachable, connection lost, TLS, 5xx.
 * - `timeout`: no answer within the deadline, 408 or 504.
 * - `unknown`: none of these; an answer that is not the API's.
 */
export type KubeErrorKind =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "gone"
  | "invalid"
  | "too-many-requests"
  | "unavailable"
  | "timeout"
  | "unknown";

export interface KubeErrorOptions extends ErrorOptions {
  readonly kind: KubeErrorKind;
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** The `reason` of the server's Status object: `NotFound`, `Expired`. */
  readonly reason?: string | undefined;
  /** How long the server asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/** The one error of the API server's edge. Its message is safe to print: no token and no URL query. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly kind: KubeErrorKind;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: KubeErrorOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = options.kind;
    this.status = options.status;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}
