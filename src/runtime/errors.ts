/**
 * What went wrong with an image or the runtime, so far as it decides what to do next; `plan/retry.ts` says
 * what that is.
 *
 * - `invalid-reference`: the runtime cannot read the name.
 * - `not-found`: the registry has no such repository, tag, digest or platform.
 * - `denied`: 401, 403, or a token service that refuses.
 * - `rate-limited`: 429; `retryAfterMs` where the runtime's text carries it.
 * - `unavailable`: registry or runtime not reachable, 5xx, TLS, DNS, connection lost.
 * - `timeout`: no answer within the deadline.
 * - `stalled`: an open download of the image stood still.
 * - `no-space`: the disk or the inodes are full.
 * - `corrupt`: the bytes are not those that the digest names.
 * - `unsupported`: the runtime cannot unpack or run what it got.
 * - `unknown`: none of these; retried slowly, never called permanent.
 */
export type ErrorKind =
  | "invalid-reference"
  | "not-found"
  | "denied"
  | "rate-limited"
  | "unavailable"
  | "timeout"
  | "stalled"
  | "no-space"
  | "corrupt"
  | "unsupported"
  | "unknown";

export interface RuntimeErrorOptions extends ErrorOptions {
  readonly kind: ErrorKind;
  /** How long the registry asked to be left alone. */
  readonly retryAfterMs?: number;
}

/** The one error of the runtime's edge. Its message is safe to print and holds no URL query. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  readonly kind: ErrorKind;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: RuntimeErrorOptions) {
    super(message, options);
    this.kind = options.kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}
