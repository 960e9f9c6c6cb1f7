import { isRecord } from "../lib/record.ts";
import { parseRetryAfter } from "../lib/retry-after.ts";
import type { ErrorKind } from "../runtime/errors.ts";
import { RegistryError } from "./errors.ts";
import type { Answer } from "./exchange.ts";

const kinds = new Map<number, ErrorKind>([
  [401, "denied"],
  [403, "denied"],
  [404, "not-found"],
  [408, "timeout"],
  [429, "rate-limited"],
  [504, "timeout"],
]);
const kindsByCode = new Map<string, ErrorKind>([
  ["NAME_INVALID", "invalid-reference"],
  ["NAME_UNKNOWN", "not-found"],
  ["MANIFEST_UNKNOWN", "not-found"],
  ["DENIED", "denied"],
  ["UNAUTHORIZED", "denied"],
  ["TOOMANYREQUESTS", "rate-limited"],
]);

/** The error that an answer means; `what` says what was asked. */
export function answerError({ status, headers, body }: Answer, what: string, nowMs: number): RegistryError {
  const code = parseErrorCode(body);
  const text = `${what}: HTTP ${status}${code === undefined ? "" : ` ${code}`}`;
  const retryAfterMs = parseRetryAfter(headers["retry-after"], nowMs);
  return new RegistryError(text, { kind: kindOf(status, code), status, retryAfterMs });
}

function kindOf(status: number, code: string | undefined): ErrorKind {
  const kind = kinds.get(status);
  if (kind !== undefined) return kind;
  if (status >= 500) return "unavailable";
  return kindsByCode.get(code ?? "") ?? "unknown";
}

// The messages beside the code are a registry's own words, which may repeat what it was sent.
function parseErrorCode(body: Buffer): string | undefined {
  const errors = parseObject(body)?.["errors"];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const code = isRecord(first) ? first["code"] : undefined;
  return typeof code === "string" && /^[A-Z_]{1,40}$/.test(code) ? code : undefined;
}

/** The JSON object of a body; undefined where it is none. */
export function parseObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
