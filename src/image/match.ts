import { findNormalizedName, type ImageReference, normalizedName } from "./reference.ts";

/** What the runtime says of an image that it has. */
export interface ListedImage {
  /** Never compared: a reference cannot be an image id. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
}

/**
 * Decides if an image that the runtime lists is the one that a reference names: the same tag of the same
 * repository, or, for a reference with a digest, the same digest of the same repository whatever its tag.
 * Listed names may be short (`busybox:latest`); those that are no references (`<none>:<none>`) match nothing.
 */
export function matchesImage(ref: ImageReference, image: ListedImage): boolean {
  const wanted = normalizedName(ref);
  const listed = ref.digest === undefined ? image.repoTags : image.repoDigests;
  if (listed.includes(wanted)) return true;
  // Normalising never touches the last part of the path: without it, a name need not be parsed.
  const lastPart = ref.path.slice(ref.path.lastIndexOf("/") + 1);
  return listed.some((name) => name.includes(lastPart) && findNormalizedName(name) === wanted);
}
