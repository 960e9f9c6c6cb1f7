import { findNormalizedName } from "../image/reference.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";

/** Finds what a runtime lists, without a look at every image for every name. */
export interface PresentIndex {
  readonly images: readonly RuntimeImage[];
  /** By a normalized name with tag or digest. */
  byName(name: string): RuntimeImage | undefined;
  byId(imageId: string): RuntimeImage | undefined;
}

/** Names may be listed short; those that are no references (`<none>:<none>`) are left out. */
export function createPresentIndex(images: readonly RuntimeImage[]): PresentIndex {
  const names = new Map<string, RuntimeImage>();
  const ids = new Map<string, RuntimeImage>();
  for (const image of images) {
    ids.set(image.id, image);
    for (const listed of [...image.repoTags, ...image.repoDigests]) {
      const name = findNormalizedName(listed);
      if (name !== undefined && !names.has(name)) names.set(name, image);
    }
  }
  return { images, byName: (name) => names.get(name), byId: (imageId) => ids.get(imageId) };
}

/**
 * The list with what a pull has brought since: until the runtime is asked again, this saves the question. A tag that
 * the image has now is no tag of another one any more.
 */
export function withPulled(images: readonly RuntimeImage[], pulled: RuntimeImage): RuntimeImage[] {
  const moved = new Set(pulled.repoTags);
  const others = images
    .filter(({ id }) => id !== pulled.id)
    .map((image) => {
      if (!image.repoTags.some((tag) => moved.has(tag))) return image;
      return { ...image, repoTags: image.repoTags.filter((tag) => !moved.has(tag)) };
    });
  return [...others, pulled];
}
