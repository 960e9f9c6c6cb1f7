import type { Blob } from "../../lab/images/blob.ts";
import { createBlob, isManifest } from "../../lab/images/blob.ts";
import type { BuiltImage } from "../../lab/images/build.ts";

interface Repository {
  readonly tags: Map<string, string>;
  readonly manifests: Map<string, Blob>;
  readonly blobs: Map<string, Blob>;
}

/** The content of a registry, in memory. */
export interface Store {
  /** Also moves a tag that is there. */
  addImage(repository: string, tag: string, image: BuiltImage): void;
  manifest(repository: string, tagOrDigest: string): Blob | undefined;
  blob(repository: string, digest: string): Blob | undefined;
  /** Stores under the tag, if it is one, and under the digest; returns what it stored. */
  putManifest(repository: string, tagOrDigest: string, mediaType: string, bytes: Buffer): Blob;
  /** Undefined, and nothing stored, where the bytes do not have that digest. */
  putBlob(repository: string, digest: string, bytes: Buffer): Blob | undefined;
}

export function createStore(): Store {
  const repositories = new Map<string, Repository>();
  const open = (name: string): Repository => {
    const found = repositories.get(name) ?? { tags: new Map(), manifests: new Map(), blobs: new Map() };
    repositories.set(name, found);
    return found;
  };
  const addManifest = (repository: Repository, tagOrDigest: string, blob: Blob) => {
    repository.manifests.set(blob.digest, blob);
    if (!isDigest(tagOrDigest)) repository.tags.set(tagOrDigest, blob.digest);
  };
  return {
    addImage(name, tag, image) {
      const repository = open(name);
      for (const blob of image.blobs) {
        (isManifest(blob) ? repository.manifests : repository.blobs).set(blob.digest, blob);
      }
      addManifest(repository, tag, image.manifest);
    },
    manifest(name, tagOrDigest) {
      const repository = repositories.get(name);
      return repository?.manifests.get(repository.tags.get(tagOrDigest) ?? tagOrDigest);
    },
    blob: (name, digest) => repositories.get(name)?.blobs.get(digest),
    putManifest(name, tagOrDigest, mediaType, bytes) {
      const blob = createBlob(mediaType, bytes);
      addManifest(open(name), tagOrDigest, blob);
      return blob;
    },
    putBlob(name, digest, bytes) {
      const blob = createBlob("application/octet-stream", bytes);
      if (blob.digest !== digest) return undefined;
      open(name).blobs.set(digest, blob);
      return blob;
    },
  };
}

function isDigest(reference: string): boolean {
  return reference.includes(":");
}
