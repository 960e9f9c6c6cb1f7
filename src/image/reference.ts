import { findDigestFault, isKnownAlgorithm } from "./digest.ts";
import { findDomainFault, findPathFault, findTagFault } from "./name-grammar.ts";
import { shownText } from "./shown-text.ts";

/** The name of an image in its parts, with the defaults of Docker Hub filled into domain and path. */
export interface ImageReference {
  /** As the user wrote it. */
  readonly text: string;
  /** The registry: `docker.io`, `localhost:5000`, `[fc00::1]:5000`. */
  readonly domain: string;
  /** `library/debian`. */
  readonly path: string;
  /** Only where it is written: the default is not filled in. */
  readonly tag?: string;
  /** `sha256:…`; sha384 and sha512 also occur. */
  readonly digest?: string;
}

/** Text that is no image reference; the message shows the text made printable and the reason. */
export class InvalidReferenceError extends Error {
  override readonly name = "InvalidReferenceError";
  /** One clause: what is wrong and what is expected. It holds nothing of the text but single characters. */
  readonly reason: string;

  constructor(text: string, reason: string) {
    super(`invalid image reference "${shownText(text)}": ${reason}`);
    this.reason = reason;
  }
}

const hub = "docker.io";
const hubAlias = "index.docker.io";
const defaultTag = "latest";

/**
 * Parses a reference by the grammar and the normalisation of github.com/distribution/reference, which the
 * kubelet and the runtimes use. Stricter in two places: a bare `sha256:…` is refused (the grammar reads it as
 * tag of `docker.io/library/sha256`, the runtimes as image id), and so is a registry over 255 characters.
 * Throws `InvalidReferenceError`.
 */
export function parseReference(text: string): ImageReference {
  const parts = splitReference(text);
  const reason = findTextFault(text) ?? findPartFault(parts);
  if (reason !== undefined) throw new InvalidReferenceError(text, reason);
  return parts;
}

/**
 * The name under which runtimes store the image: `docker.io/library/debian:latest`. With a digest the tag is
 * dropped, as containerd's CRI plugin does (ParseDockerRef): `docker.io/library/debian@sha256:…`.
 */
export function normalizedName(ref: ImageReference): string {
  const repository = repositoryName(ref);
  return ref.digest === undefined ? `${repository}:${ref.tag ?? defaultTag}` : `${repository}@${ref.digest}`;
}

/** Registry and path, without tag and digest: `docker.io/library/debian`. */
export function repositoryName(ref: ImageReference): string {
  return `${ref.domain}/${ref.path}`;
}

/**
 * Whether the image behind the name is expected to change, so that being present is not enough: no tag or
 * `latest`, and no digest. Kubernetes' rule for the default pull policy, but for `name:latest@sha256:…`,
 * which it asks for at each start although a digest cannot move.
 */
export function isMovingTag(ref: ImageReference): boolean {
  return ref.digest === undefined && (ref.tag ?? defaultTag) === defaultTag;
}

// Only the domain may have a port, so after it the first "@" and the first ":" before that are the borders.
function splitReference(text: string): ImageReference {
  const [domain, remainder] = splitDomain(text);
  const [name, digest] = cut(remainder, "@");
  const [path, tag] = cut(name, ":");
  return { text, domain, path, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

function splitDomain(text: string): [domain: string, remainder: string] {
  const [first, rest] = cut(text, "/");
  if (rest === undefined) return [hub, `library/${text}`];
  if (!looksLikeDomain(first)) return [hub, text];
  if (first !== hub && first !== hubAlias) return [first, rest];
  // An empty repository stays empty, so that it is reported as missing.
  return [hub, rest === "" || rest.includes("/") ? rest : `library/${rest}`];
}

// Upper case is not allowed in a repository, so a first part that has it can only be a host.
function looksLikeDomain(first: string): boolean {
  return first === "localhost" || /[.:A-Z]/.test(first);
}

function cut(text: string, separator: string): [before: string, after: string | undefined] {
  const index = text.indexOf(separator);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function findTextFault(text: string): string | undefined {
  if (text === "") return "it is empty; write a name such as debian:12";
  const strange = /[^!-~]/u.exec(text);
  if (strange !== null) return describeCharacter(text, strange[0]);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return "a reference has no scheme; leave out what ends with ://";
  if (/^[0-9a-f]{64}$/.test(text)) return "a 64-digit hexadecimal name is an image id, not a name";
  if (isKnownAlgorithm(text.slice(0, text.indexOf(":"))) && findDigestFault(text) === undefined) {
    return "a digest alone is an image id, not a name; write repository@digest";
  }
  return undefined;
}

function describeCharacter(text: string, character: string): string {
  if (text.trim() !== text) return "it starts or ends with white space; remove it";
  if (/\s/.test(character)) return "it has white space inside; a reference has none";
  const code = character.codePointAt(0) ?? 0;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const kind = code < 0xa0 ? "the control character" : "the character";
  return `it has ${kind} ${point}; only ASCII letters, digits and . _ - / : @ [ ] are allowed`;
}

function findPartFault({ domain, path, tag, digest }: ImageReference): string | undefined {
  return (
    findDomainFault(domain) ??
    findPathFault(domain, path) ??
    (tag === undefined ? undefined : findTagFault(tag)) ??
    (digest === undefined ? undefined : findImageDigestFault(digest))
  );
}

// Runtimes refuse a digest that they cannot verify, whatever the grammar of OCI lets through.
function findImageDigestFault(digest: string): string | undefined {
  if (digest.includes("@")) return 'it has more than one "@"';
  const fault = findDigestFault(digest);
  if (fault !== undefined) return fault;
  const algorithm = digest.slice(0, digest.indexOf(":"));
  return isKnownAlgorithm(algorithm) ? undefined : "the digest's algorithm must be sha256, sha384 or sha512";
}

/** The full name that a text means; undefined where it is no reference. */
export function findNormalizedName(name: string): string | undefined {
  try {
    return normalizedName(parseReference(name));
  } catch (error) {
    if (error instanceof InvalidReferenceError) return undefined;
    throw error;
  }
}
