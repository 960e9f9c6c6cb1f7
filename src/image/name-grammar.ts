// Each check says in one clause what is wrong with its part and what is expected, or undefined. All of them
// look at the length before they use a pattern, so hostile text costs one pass at most.
// The rules are those of github.com/distribution/reference (reference.go has the grammar).

const maxNameLength = 255;
const maxTagLength = 128;

const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const hostLabels =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/;
const ipv6Host = /^\[[a-fA-F0-9:]+\]$/;

/**
 * Checks `host[:port]`. A host with an underscore is no host by the grammar, yet distribution takes it for a
 * part of the repository, and runtimes then use it as the host: so whatever is good for a repository passes.
 * The limit is ours: no DNS name is longer, and the grammar would let a megabyte through.
 */
export function findDomainFault(domain: string): string | undefined {
  if (domain.length > maxNameLength) return `the registry is longer than ${maxNameLength} characters`;
  if (isDomain(domain) || component.test(domain)) return undefined;
  if (domain.includes("@")) return 'the registry has an "@"; credentials are no part of a reference';
  if (domain.startsWith("[")) return findIpv6Fault(domain);
  const colon = domain.indexOf(":");
  if (colon !== -1 && !/^:[0-9]+$/.test(domain.slice(colon))) {
    return "the registry's port must be digits, as in localhost:5000 (an IPv6 address goes between [ and ])";
  }
  return "the registry must be a host of letters, digits and inner dashes, separated by single dots";
}

function findIpv6Fault(domain: string): string {
  if (domain.includes("%")) return "an IPv6 address with a zone is not allowed; leave out % and what follows";
  return "the registry's IPv6 address must be hexadecimal digits and colons between [ and ], then :port if any";
}

function isDomain(domain: string): boolean {
  const host = domain.replace(/:[0-9]+$/, "");
  return hostLabels.test(host) || ipv6Host.test(host);
}

/** Checks a repository's path. A domain that is none by the grammar counts with the path's length. */
export function findPathFault(domain: string, path: string): string | undefined {
  if (path === "") return "the repository is missing; write registry/repository";
  const length = isDomain(domain) ? path.length : domain.length + 1 + path.length;
  if (length > maxNameLength) return `the repository is longer than ${maxNameLength} characters`;
  if (/[A-Z]/.test(path)) return "the repository has upper-case letters; use lower case";
  const strange = /[^a-z0-9._/-]/.exec(path);
  if (strange !== null) {
    return `the repository has the character "${strange[0]}"; it may have a-z, 0-9, ".", "_", "-" and "/"`;
  }
  for (const part of path.split("/")) {
    const fault = findComponentFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findComponentFault(part: string): string | undefined {
  if (component.test(part)) return undefined;
  if (part === "") return "the repository has an empty part; write single slashes, and none at an end";
  if (/^[._-]|[._-]$/.test(part)) {
    return "each part of the repository must start and end with a letter or a digit";
  }
  return 'the repository has too many separators in a row; write one ".", one or two "_", or dashes';
}

/** Checks what follows the colon. */
export function findTagFault(tag: string): string | undefined {
  if (tag === "") return 'the tag is empty; write one after ":" or leave the ":" out';
  if (tag.includes("/")) return 'the tag has a "/"; a port is only allowed in the first part';
  if (tag.length > maxTagLength) return `the tag is longer than ${maxTagLength} characters`;
  const strange = /[^\w.-]/.exec(tag);
  if (strange !== null) {
    return `the tag has the character "${strange[0]}"; it may have letters, digits, "_", "." and "-"`;
  }
  if (/^[.-]/.test(tag)) return 'the tag must start with a letter, a digit or "_"';
  return undefined;
}
