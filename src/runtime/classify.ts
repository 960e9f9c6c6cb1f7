import { ConfigError } from "../lib/config-error.ts";
import { parseDuration } from "../lib/duration.ts";
import { GrpcError, type StatusCode } from "../lib/grpc/status.ts";
import { cleanMessage } from "./error-text.ts";
import { type ErrorKind, RuntimeError } from "./errors.ts";

/**
 * What runtimes and the registry clients in them write, in the order in which it decides: a status of the
 * registry before the words around it. Runtimes give only text; testdata/ holds what real ones said.
 */
const patterns: readonly (readonly [ErrorKind, RegExp])[] = [
  ["invalid-reference", /invalid reference format|couldn't parse image|invalid image name/i],
  ["no-space", /no space left on device|disk quota exceeded|not enough (?:disk )?space/i],
  ["rate-limited", /\b429\b|too ?many ?requests/i],
  [
    "corrupt",
    /unexpected commit digest|wrong diff id|digest (?:did not match|mismatch)|does not match digest/i,
  ],
  // A body that ends before its declared size: the registry or a proxy serves less than the manifest says.
  [
    "corrupt",
    /short read: expected|failed to read expected number of bytes|invalid checksum|invalid header/i,
  ],
  ["timeout", /deadline exceeded|i\/o timeout|timeout awaiting|handshake timeout|Client\.Timeout/i],
  // "503 Service Unavailable" (containerd), "503 (Service Unavailable)" and "StatusCode: 503," (containers/image).
  [
    "unavailable",
    /\b5\d\d (?:Internal|Not Impl|Bad|Service|Gateway|HTTP)|\b5\d\d \(|[Ss]tatus(?: code|Code:?)\D*\b5\d\d\b/,
  ],
  ["unavailable", /connection (?:refused|reset)|broken pipe|no such host|lookup \S+|stream error:/],
  ["unavailable", /server misbehaving|network is unreachable|no route to host|stopped after \d+ redirects/i],
  ["unavailable", /x509:|tls: |certificate|RegistryUnavailable|unexpected EOF|: EOF$/],
  ["denied", /\b40[13] (?:Unauthorized|Forbidden|\()|[Ss]tatus(?: code|Code:?)\D*\b40[13]\b/],
  ["denied", /unauthorized|authorization failed|denied: |access (?:to the resource )?(?:is )?denied/i],
  ["denied", /authentication required|no basic auth credentials|invalid username\/password/i],
  ["denied", /pull access denied|SignatureValidationFailed/],
  [
    "unsupported",
    /unsupported|not supported|unknown (?:media|blob) ?type|no decompressor|unknown compression/i,
  ],
  ["not-found", /manifest unknown|name unknown|no match for platform|not found|\b404 /i],
];

/** What the code alone tells, where the text says nothing. */
const kindByCode: Partial<Record<StatusCode, ErrorKind>> = {
  NOT_FOUND: "not-found",
  PERMISSION_DENIED: "denied",
  UNAUTHENTICATED: "denied",
  UNAVAILABLE: "unavailable",
  DEADLINE_EXCEEDED: "timeout",
  // CRI-O cancels a pull that makes no progress itself.
  CANCELLED: "timeout",
  DATA_LOSS: "corrupt",
  UNIMPLEMENTED: "unsupported",
};

/** Converts whatever a call threw into the one error of this edge; `method` is the last part of its name. */
export function runtimeErrorFrom(error: unknown, method: string): RuntimeError {
  if (!(error instanceof GrpcError)) {
    const text = error instanceof Error ? error.message : String(error);
    return new RuntimeError(`${method}: ${cleanMessage(text)}`, { kind: "unknown", cause: error });
  }
  if (error.fromServer) return classify(error);
  const message = `${method}: ${cleanMessage(error.message)}`;
  const lost = error.code === "UNAVAILABLE";
  const kind = lost ? "unavailable" : (kindByCode[error.code] ?? "unknown");
  return new RuntimeError(lost ? `the container runtime is not reachable: ${message}` : message, {
    kind,
    cause: error,
  });
}

function classify(error: GrpcError): RuntimeError {
  const text = withoutNames(error.message);
  const kind = patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? kindByCode[error.code] ?? "unknown";
  const retryAfterMs = kind === "rate-limited" ? parseRetryAfterMs(text) : undefined;
  const message = cleanMessage(error.message) || error.code;
  return new RuntimeError(message, {
    kind,
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

// A repository may be called "unauthorized", and a tag 429: what is quoted, there and wherever it stands without quotes,
// and the paths of URLs decide nothing.
function withoutNames(message: string): string {
  const quoted = Array.from(message.matchAll(/"([\w.:/@-]+)"/g), ([, name = ""]) => name);
  const names = quoted.filter((name) => /[/:]/.test(name)).sort((a, b) => b.length - a.length);
  return names
    .reduce((text, name) => text.replaceAll(name, "NAME"), message)
    .replace(/"[^"]*"/g, '""')
    .replace(/\bmanifest \S+ in \S+?(?=:?\s|$)/g, "manifest")
    .replace(/\b[a-z]+:\/\/\S+?(?=:?\s|$)/gi, "URL");
}

/** `retry-after: 7` (seconds) or `retry-after: 1.5s` in a registry's own message (as GitHub's has it). */
function parseRetryAfterMs(text: string): number | undefined {
  const value = /retry-?after["']?[:=\s]+["']?(?<value>[\d.]+(?:ns|us|µs|ms|s|m|h)?)/i.exec(text)?.groups?.[
    "value"
  ];
  if (value === undefined) return undefined;
  try {
    return parseDuration(/\d$/.test(value) ? `${value}s` : value);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
