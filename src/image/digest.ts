/** A digest as OCI writes it, `<algorithm>:<encoded>`, in its two parts. */
export interface Digest {
  readonly algorithm: string;
  readonly encoded: string;
}

/** Text that is not a digest; `reason` is one clause that says what is wrong and what is expected. */
export class InvalidDigestError extends Error {
  override readonly name = "InvalidDigestError";
  readonly reason: string;

  constructor(reason: string) {
    super(`invalid digest: ${reason}`);
    this.reason = reason;
  }
}

/** The algorithms that runtimes can verify, with the hexadecimal digits of each. */
const hexDigits: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

// OCI sets no limit; four times the longest digest in use keeps hostile text away from the patterns.
const maxLength = 512;
const algorithmPattern = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*$/;
const encodedPattern = /^[a-zA-Z0-9=_-]+$/;
const hexPattern = /^[0-9a-f]+$/;

/** Whether runtimes can verify digests of this algorithm: sha256, sha384 or sha512. */
export function isKnownAlgorithm(algorithm: string): boolean {
  return hexDigits.has(algorithm);
}

/**
 * Splits a digest by the grammar of the OCI image specification ("Digests"). An algorithm that is not known
 * passes, as the specification asks; a known one must have its exact number of lower-case hexadecimal digits.
 * Throws `InvalidDigestError`.
 */
export function parseDigest(text: string): Digest {
  const reason = findDigestFault(text);
  if (reason !== undefined) throw new InvalidDigestError(reason);
  const colon = text.indexOf(":");
  return { algorithm: text.slice(0, colon), encoded: text.slice(colon + 1) };
}

/** What `parseDigest` has against a text: a clause, or undefined where it is a digest. */
export function findDigestFault(text: string): string | undefined {
  if (text.length > maxLength) return `the digest is longer than ${maxLength} characters`;
  const colon = text.indexOf(":");
  if (colon === -1) return "the digest has no algorithm; write it as sha256:<64 hexadecimal digits>";
  const algorithm = text.slice(0, colon);
  if (!algorithmPattern.test(algorithm)) {
    return "the digest's algorithm must be lower-case letters and digits, such as sha256";
  }
  return findEncodedFault(algorithm, text.slice(colon + 1));
}

function findEncodedFault(algorithm: string, encoded: string): string | undefined {
  if (encoded === "") return `the digest has nothing after ${algorithm}:`;
  const digits = hexDigits.get(algorithm);
  if (digits === undefined) {
    return encodedPattern.test(encoded)
      ? undefined
      : "the digest has a character that OCI does not allow in it";
  }
  if (encoded.length !== digits) {
    return `a ${algorithm} digest has ${digits} hexadecimal digits, this one has ${encoded.length}`;
  }
  return hexPattern.test(encoded) ? undefined : `a ${algorithm} digest is written in 0-9 and a-f only`;
}
