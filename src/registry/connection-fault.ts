import { printable } from "../lib/printable.ts";
import { RegistryError } from "./errors.ts";

const reasons = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "the connection was cut"],
  ["EPIPE", "the connection was cut"],
  ["ENOTFOUND", "its name cannot be resolved"],
  ["EAI_AGAIN", "its name cannot be resolved just now"],
  ["EHOSTUNREACH", "no route to it"],
  ["ENETUNREACH", "no route to it"],
  ["ETIMEDOUT", "no connection to it"],
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another address"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is signed by nobody we trust"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "its certificate is signed by nobody we trust"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "its certificate is signed by nobody we trust"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "its certificate is signed by nobody we trust"],
  ["EPROTO", "it does not speak TLS; is it a plain HTTP registry?"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS; is it a plain HTTP registry?"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "it does not speak TLS; is it a plain HTTP registry?"],
]);

/** The error of a connection that failed. */
export function connectionFault(cause: unknown): RegistryError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = reasons.get(code);
  const text = reason === undefined ? printable(code || "connection failed", 100) : `${reason} (${code})`;
  return new RegistryError(text, { kind: "unavailable", cause });
}
