import { createHash } from "node:crypto";
import { normalizedName, parseReference, repositoryName } from "../../src/image/reference.ts";

/** An image that the fake's registry has, or the fake itself. */
export interface FakeImage {
  /** The digest of the image's configuration. */
  readonly id: string;
  /** The digest of its manifest. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** An image as it is listed. */
export interface StoredImage extends FakeImage {
  readonly repoTags: string[];
  readonly repoDigests: string[];
}

/** What a runtime keeps of images, by the rules of containerd's CRI plugin. */
export interface ImageStore {
  /** Lets a reference be pulled; its content depends on the repository alone. Returns what a pull would bring. */
  publish(ref: string, sizeBytes?: number): FakeImage;
  /** Stores what the registry has under this name; undefined where it has nothing. Throws on a bad reference. */
  pull(ref: string): FakeImage | undefined;
  /** By tag, digest or image id. */
  find(name: string): StoredImage | undefined;
  /** Removes the image with all its names, whichever of them is given. */
  remove(name: string): void;
  list(): StoredImage[];
}

export function createImageStore(): ImageStore {
  const published = new Map<string, FakeImage>();
  const present = new Map<string, StoredImage>();
  const find = (name: string) => {
    const key = storedName(name) ?? name;
    return [...present.values()].find(({ id, repoTags, repoDigests }) =>
      [id, ...repoTags, ...repoDigests].some((candidate) => candidate === name || candidate === key),
    );
  };
  return {
    publish(ref, sizeBytes = 1000) {
      const repository = repositoryName(parseReference(ref));
      const digest = digestOf(`manifest ${repository}`);
      const image = { id: digestOf(`config ${repository}`), digest, sizeBytes };
      published.set(normalizedName(parseReference(ref)), image);
      published.set(`${repository}@${digest}`, image);
      return image;
    },
    pull(ref) {
      const name = normalizedName(parseReference(ref));
      const image = published.get(name);
      if (image !== undefined) present.set(image.id, withName(present.get(image.id), image, name));
      return image;
    },
    find,
    remove(name) {
      const image = find(name);
      if (image !== undefined) present.delete(image.id);
    },
    list: () => [...present.values()],
  };
}

/** The stored image with one more name; a tag brings its repository's digest with it. */
function withName(stored: StoredImage | undefined, image: FakeImage, name: string): StoredImage {
  const { repoTags = [], repoDigests = [] } = stored ?? {};
  const tags = name.includes("@") ? [] : [name];
  return {
    ...image,
    repoTags: [...new Set([...repoTags, ...tags])],
    repoDigests: [...new Set([...repoDigests, `${repositoryName(parseReference(name))}@${image.digest}`])],
  };
}

/** Undefined for what is no reference: an image id, or nothing that could be stored. */
function storedName(name: string): string | undefined {
  try {
    return normalizedName(parseReference(name));
  } catch {
    return undefined;
  }
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
