import { printable } from "../lib/printable.ts";

/**
 * How a credential provider plugin failed.
 *
 * - `spawn`: it could not be started.
 * - `exit`: it ended with a status other than 0, or by a signal.
 * - `timeout`: it did not end in time, and was killed.
 * - `output-too-large`: it wrote more than is read, and was killed.
 * - `invalid-response`: what it wrote is not the answer that the protocol asks for.
 */
export type CredentialProviderErrorKind =
  | "spawn"
  | "exit"
  | "timeout"
  | "output-too-large"
  | "invalid-response";

/**
 * The one error of the plugins' edge. Its message never holds what the plugin wrote to its output, and it has
 * no cause: those of the system quote arguments and environment.
 */
export class CredentialProviderError extends Error {
  override readonly name = "CredentialProviderError";
  readonly kind: CredentialProviderErrorKind;

  constructor(provider: string, kind: CredentialProviderErrorKind, reason: string) {
    super(`credential provider ${printable(provider, 200)}: ${reason}`);
    this.kind = kind;
  }
}
