import { connectionReasons, untrustedCodes } from "../lib/connection-reasons.ts";
import { printable } from "../lib/printable.ts";
import { RegistryError } from "./errors.ts";

const plainText: ReadonlySet<string> = new Set([
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
]);

/** The error of a connection that failed. */
export function connectionFault(cause: unknown): RegistryError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = reasonOf(code);
  const text = reason === undefined ? printable(code || "connection failed", 100) : `${reason} (${code})`;
  return new RegistryError(text, { kind: "unavailable", cause });
}

function reasonOf(code: string): string | undefined {
  if (untrustedCodes.has(code)) return "its certificate is signed by nobody we trust";
  if (plainText.has(code)) return "it does not speak TLS; is it a plain HTTP registry?";
  return connectionReasons.get(code);
}
