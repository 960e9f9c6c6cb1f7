import type { Metadata } from "../lib/grpc/call.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import * as cri from "./gen/cri.ts";
import type { FilesystemUsage, ImageRuntime, PullRequest, RegistryAuth, RuntimeImage } from "./runtime.ts";
import { createUnaryCall } from "./unary-call.ts";

const imageService = "/runtime.v1.ImageService/";
const runtimeService = "/runtime.v1.RuntimeService/";

/** The image service of the runtime behind the channel, over CRI v1 (containerd 1.6 and later, CRI-O). */
export function createCriRuntime(channel: Channel): ImageRuntime {
  const call = createUnaryCall(channel);
  return {
    async version(bounds) {
      const codecs = [cri.VersionRequest, cri.VersionResponse] as const;
      const answer = await call(`${runtimeService}Version`, codecs, { version: "v1" }, bounds);
      return { name: answer.runtimeName, version: answer.runtimeVersion };
    },
    async listImages(bounds) {
      const codecs = [cri.ListImagesRequest, cri.ListImagesResponse] as const;
      const answer = await call(`${imageService}ListImages`, codecs, {}, bounds);
      return answer.images.map(imageFrom);
    },
    async imageStatus(image, bounds) {
      const codecs = [cri.ImageStatusRequest, cri.ImageStatusResponse] as const;
      const answer = await call(`${imageService}ImageStatus`, codecs, { image: { image } }, bounds);
      return answer.image === undefined ? undefined : imageFrom(answer.image);
    },
    async pullImage(request, bounds) {
      const codecs = [cri.PullImageRequest, cri.PullImageResponse] as const;
      const message = { image: { image: request.image }, auth: authFrom(request.auth) };
      const answer = await call(`${imageService}PullImage`, codecs, message, bounds, leaseOf(request));
      return answer.imageRef;
    },
    async removeImage(image, bounds) {
      const codecs = [cri.RemoveImageRequest, cri.RemoveImageResponse] as const;
      await call(`${imageService}RemoveImage`, codecs, { image: { image } }, bounds);
    },
    async imageFilesystems(bounds) {
      const codecs = [cri.ImageFsInfoRequest, cri.ImageFsInfoResponse] as const;
      const answer = await call(`${imageService}ImageFsInfo`, codecs, {}, bounds);
      return answer.imageFilesystems.map(usageFrom);
    },
    close: () => channel.close(),
  };
}

// containerd takes the lease of a call from this header, CRI calls included; every other runtime ignores it.
function leaseOf(request: PullRequest): Metadata {
  return request.leaseId === undefined ? {} : { "containerd-lease": request.leaseId };
}

function imageFrom(image: cri.Image): RuntimeImage {
  const { id, repoTags, repoDigests, size, pinned } = image;
  return { id, repoTags, repoDigests, sizeBytes: size, pinned };
}

function usageFrom(usage: cri.FilesystemUsage): FilesystemUsage {
  return {
    mountpoint: usage.fsId?.mountpoint ?? "",
    usedBytes: usage.usedBytes?.value ?? 0,
    usedInodes: usage.inodesUsed?.value ?? 0,
  };
}

function authFrom(auth: RegistryAuth | undefined): cri.AuthConfig | undefined {
  if (auth === undefined) return undefined;
  return {
    username: auth.username ?? "",
    password: auth.password ?? "",
    serverAddress: auth.serverAddress ?? "",
    identityToken: auth.identityToken ?? "",
    registryToken: auth.registryToken ?? "",
  };
}
