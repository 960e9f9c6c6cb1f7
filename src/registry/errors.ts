import type { ErrorKind } from "../runtime/errors.ts";

export interface RegistryErrorOptions extends ErrorOptions {
  readonly kind: ErrorKind;
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** How long the registry asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

/** The one error of the registry's edge. Its message is safe to print: no credential, no token, no URL query. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly kind: ErrorKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: RegistryErrorOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = options.kind;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}
