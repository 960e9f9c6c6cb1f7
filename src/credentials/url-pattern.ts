import type { ImageReference } from "../image/reference.ts";
import { ConfigError } from "../lib/config-error.ts";

/** A registry, or a part of one: `*.example.com:5000/team`. Only the host may have globs. */
export interface UrlPattern {
  /** The host, split at its dots; an IPv6 address is one part. */
  readonly hostParts: readonly string[];
  /** Empty where none is written. */
  readonly port: string;
  /** Empty, or from its leading slash on. */
  readonly path: string;
}

const named = /^[\w.*~!$&'()+,;=-]+(?::\d*)?$/;
const bracketed = /^\[[0-9a-fA-F:.]+\](?::\d*)?$/;

/**
 * Parses a URL without scheme; user, query and fragment are dropped. Throws a `ConfigError` that says why,
 * but neither where nor what: the text may hold a password.
 */
export function parseUrlPattern(text: string): UrlPattern {
  const end = text.search(/[/?#]/);
  const authority = end === -1 ? text : text.slice(0, end);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host === "") throw new ConfigError("it has no host; write it like registry.example.com/path");
  if (!named.test(host) && !bracketed.test(host)) {
    throw new ConfigError("its host is malformed; write it like *.example.com or example.com:5000");
  }
  const path = end === -1 ? "" : text.slice(end).replace(/[?#].*$/s, "");
  return { ...splitHost(host), path };
}

/** The pattern that only the image's own repository matches, to be compared with others. */
export function createTarget(image: ImageReference): UrlPattern {
  return { ...splitHost(image.domain), path: `/${image.path}` };
}

/**
 * The kubelet's rule (URLsMatch in pkg/credentialprovider/keyring.go): equal ports, as many parts in the host,
 * each matching with `*` for anything within the part, and a path that is a prefix letter by letter: `/pong`
 * matches `/pongz`.
 */
export function matchesPattern(pattern: UrlPattern, target: UrlPattern): boolean {
  return (
    pattern.port === target.port &&
    pattern.hostParts.length === target.hostParts.length &&
    target.path.startsWith(pattern.path) &&
    pattern.hostParts.every((part, index) => matchesGlob(part, target.hostParts[index] ?? ""))
  );
}

function splitHost(host: string): Pick<UrlPattern, "hostParts" | "port"> {
  const [, name = host, port = ""] = /^(.*?)(?::(\d*))?$/.exec(host) ?? [];
  return { hostParts: host.startsWith("[") ? [name] : name.split("."), port };
}

// The leftmost place for each piece between two stars is always a right one, so nothing is tried twice.
function matchesGlob(glob: string, text: string): boolean {
  const [first = "", ...pieces] = glob.split("*");
  const last = pieces.pop();
  if (last === undefined) return glob === text;
  const end = text.length - last.length;
  let at = first.length;
  if (at > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
