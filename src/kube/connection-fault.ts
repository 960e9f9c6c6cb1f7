import { printable } from "../lib/printable.ts";

const reasons = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "the connection was cut"],
  ["EPIPE", "the connection was cut"],
  ["ENOTFOUND", "its name cannot be resolved"],
  ["EAI_AGAIN", "its name cannot be resolved just now"],
  ["EHOSTUNREACH", "no route to it"],
  ["ENETUNREACH", "no route to it"],
  ["ETIMEDOUT", "no connection to it"],
  ["CERT_HAS_EXPIRED", "its certificate has expired; check the clock of this node"],
  ["CERT_NOT_YET_VALID", "its certificate is not valid yet; check the clock of this node"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another address"],
]);

const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
]);

/** Why a connection failed, by the error's code; what has none is told in its own words. */
export function describeConnectionFault(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (untrusted.has(code)) return `its certificate is not signed by the CA we were given (${code})`;
  const reason = reasons.get(code);
  if (reason !== undefined) return `${reason} (${code})`;
  return printable(code === "" && cause instanceof Error ? cause.message : code || "connection failed", 200);
}
