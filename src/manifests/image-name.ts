import { findTagFault } from "../image/name-grammar.ts";
import { type ImageReference, InvalidReferenceError, parseReference } from "../image/reference.ts";
import { flagError, quote } from "./flag-error.ts";

/** Where the image of this project is. */
export const defaultRepository = "ghcr.io/prestow/prestow";

/**
 * The tag of a version. What Go calls a commit between releases (`vX.Y.Z-N.TIMESTAMP-HEX`) has an image named
 * by its commit: `sha-` and the first 7 digits.
 */
export function decideTag(version: string): string {
  const [, commit = ""] = /^v\d+\.\d+\.\d+-\d+\.\d+-([a-f0-9]+)$/.exec(version) ?? [];
  return commit.length >= 7 ? `sha-${commit.slice(0, 7)}` : version;
}

export interface ImageFlags {
  /** A repository, or an image with tag or digest, which is then used as it is. */
  readonly image: string;
  /** Only where the user gave one. */
  readonly version: string | undefined;
  readonly defaultVersion: string;
  /** Added to the tag: `-distro` is the variant with a libc. */
  readonly suffix: string;
}

/** The image that the pods run. Throws a `ConfigError`. */
export function parseImage({ image, version, defaultVersion, suffix }: ImageFlags): string {
  const { tag, digest } = parseRepository(image);
  if (tag === undefined && digest === undefined)
    return `${image}:${parseTag(version ?? defaultVersion, suffix)}`;
  if (version === undefined) return image;
  throw flagError(
    "--image",
    `${quote(image)} has a tag or digest, and --version gives another; give one of them`,
  );
}

function parseTag(version: string, suffix: string): string {
  const tag = decideTag(version) + suffix;
  const fault = findTagFault(tag);
  if (fault === undefined) return tag;
  throw flagError("--version", `${quote(version)} is no version: ${fault}`);
}

function parseRepository(image: string): ImageReference {
  try {
    return parseReference(image);
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    throw flagError("--image", `${quote(image)} is no image: ${error.reason}`);
  }
}
