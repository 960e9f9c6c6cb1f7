import { InvalidReferenceError } from "../../src/image/reference.ts";
import * as cri from "../../src/runtime/gen/cri.ts";
import type { ImageStore, StoredImage } from "./image-store.ts";
import { StatusError } from "./status-error.ts";
import type { UnaryMethod } from "./unary.ts";

/** The methods of a healthy runtime over a store; `register` gets each with its types. */
export function registerAnswers(
  store: ImageStore,
  register: <Request, Response>(method: UnaryMethod<Request, Response>) => void,
): void {
  register({
    service: "RuntimeService",
    name: "Version",
    codecs: [cri.VersionRequest, cri.VersionResponse],
    answer: () => ({ runtimeName: "fake", runtimeVersion: "v0.0.0" }),
  });
  register({
    service: "ImageService",
    name: "ListImages",
    codecs: [cri.ListImagesRequest, cri.ListImagesResponse],
    answer: () => ({ images: store.list().map(wireImage) }),
  });
  register({
    service: "ImageService",
    name: "ImageStatus",
    codecs: [cri.ImageStatusRequest, cri.ImageStatusResponse],
    image: ({ image }) => image?.image,
    answer({ image }) {
      const found = store.find(image?.image ?? "");
      return { image: found && wireImage(found) };
    },
  });
  register({
    service: "ImageService",
    name: "PullImage",
    codecs: [cri.PullImageRequest, cri.PullImageResponse],
    image: ({ image }) => image?.image,
    auth: ({ auth }) => auth,
    answer: ({ image }) => ({ imageRef: pull(store, image?.image ?? "") }),
  });
  register({
    service: "ImageService",
    name: "RemoveImage",
    codecs: [cri.RemoveImageRequest, cri.RemoveImageResponse],
    image: ({ image }) => image?.image,
    answer({ image }) {
      store.remove(image?.image ?? "");
      return {};
    },
  });
  register({
    service: "ImageService",
    name: "ImageFsInfo",
    codecs: [cri.ImageFsInfoRequest, cri.ImageFsInfoResponse],
    answer: () => ({ imageFilesystems: [filesystemOf(store)] }),
  });
}

// Codes and wording follow what containerd 2 answers, as far as the client's classes depend on it.
function pull(store: ImageStore, ref: string): string {
  try {
    const image = store.pull(ref);
    if (image !== undefined) return image.id;
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    throw new StatusError("UNKNOWN", `failed to parse image reference "${ref}": invalid reference format`);
  }
  const what = `failed to pull and unpack image "${ref}": failed to resolve image: ${ref}`;
  throw new StatusError("NOT_FOUND", `${what}: not found`);
}

function wireImage(image: StoredImage): cri.Image {
  const { id, repoTags, repoDigests, sizeBytes } = image;
  return { id, repoTags, repoDigests, size: sizeBytes, pinned: false };
}

function filesystemOf(store: ImageStore): cri.FilesystemUsage {
  const usedBytes = store.list().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    fsId: { mountpoint: "/var/lib/fake" },
    usedBytes: { value: usedBytes },
    inodesUsed: { value: store.list().length },
  };
}
