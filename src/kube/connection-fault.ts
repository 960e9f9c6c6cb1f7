import { connectionReasons, untrustedCodes } from "../lib/connection-reasons.ts";
import { printable } from "../lib/printable.ts";

/** Why a connection failed, by the error's code; what has none is told in its own words. */
export function describeConnectionFault(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (untrustedCodes.has(code)) return `its certificate is not signed by the CA we were given (${code})`;
  const reason = connectionReasons.get(code);
  if (reason !== undefined) return `${reason} (${code})`;
  return printable(code === "" && cause instanceof Error ? cause.message : code || "connection failed", 200);
}
