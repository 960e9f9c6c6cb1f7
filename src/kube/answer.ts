import { parseRetryAfter } from "../lib/retry-after.ts";
import { KubeError, type KubeErrorKind } from "./errors.ts";
import type { HttpResponse } from "./http.ts";
import { safeText } from "./safe-text.ts";

const kinds = new Map<number, KubeErrorKind>([
  [401, "unauthorized"],
  [403, "forbidden"],
  [404, "not-found"],
  [408, "timeout"],
  [409, "conflict"],
  [410, "gone"],
  [429, "too-many-requests"],
  [504, "timeout"],
]);

/** What the Status object of a failed call says, as far as it is one. */
interface Status {
  readonly message: string | undefined;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** The JSON of a good answer; throws the `KubeError` that any other one means. */
export function parseAnswer(response: HttpResponse, nowMs: number, token: string | undefined): unknown {
  const { status, headers, body } = response;
  if (status < 200 || status >= 300) throw toKubeError(response, nowMs, token);
  const type = headers["content-type"] ?? "no content type";
  const value = /^application\/json\b/.test(type) ? parseJson(body) : undefined;
  if (value !== undefined) return value;
  // The parser's own error is no cause: it quotes the text.
  const reason = `the answer is no JSON (${safeText(type, token)}); is this the API server?`;
  throw new KubeError(reason, { kind: "unknown", status });
}

/** The kind of failure that an HTTP status means. */
export function kindOfStatus(status: number): KubeErrorKind {
  const kind = kinds.get(status);
  if (kind !== undefined) return kind;
  if (status >= 500) return "unavailable";
  return status >= 400 ? "invalid" : "unknown";
}

function toKubeError(response: HttpResponse, nowMs: number, token: string | undefined): KubeError {
  const { status, headers, body } = response;
  const said = parseStatus(parseJson(body));
  const message = safeText(said.message ?? "", token);
  const reason = said.reason === undefined ? undefined : safeText(said.reason, token);
  const seconds = said.retryAfterSeconds;
  return new KubeError(message === "" ? `HTTP ${status}` : `${message} (HTTP ${status})`, {
    kind: kindOfStatus(status),
    status,
    reason,
    retryAfterMs: parseRetryAfter(headers["retry-after"], nowMs) ?? (seconds && seconds * 1000),
  });
}

function parseStatus(value: unknown): Status {
  const record = toRecord(value);
  const seconds = toRecord(record["details"])["retryAfterSeconds"];
  return {
    message: toText(record["message"]),
    reason: toText(record["reason"]),
    retryAfterSeconds: typeof seconds === "number" && seconds > 0 ? seconds : undefined,
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
