import type { CallBounds } from "../lib/call-bounds.ts";

/** What CRI's AuthConfig carries. Values are secret: they go to the runtime and nowhere else. */
export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  /** With its scheme; containerd silently pulls anonymously without one. */
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

/** An image as the runtime lists it. */
export interface RuntimeImage {
  /** The runtime's image id: the digest of the image's configuration. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  /** Unpacked or compressed, as the runtime counts it. */
  readonly sizeBytes: number;
  readonly pinned: boolean;
}

export interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
}

/** Use of one filesystem that holds images. */
export interface FilesystemUsage {
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly usedInodes: number;
}

export interface PullRequest {
  readonly image: string;
  readonly auth?: RegistryAuth;
  /** The runtime's lease that keeps what a cut attempt has downloaded (containerd); see `RuntimeDownloads`. */
  readonly leaseId?: string;
}

/**
 * The container runtime's image service. Every method throws a `RuntimeError`, or the signal's reason
 * where the caller's signal ended it.
 */
export interface ImageRuntime {
  version(bounds: CallBounds): Promise<RuntimeVersion>;
  listImages(bounds: CallBounds): Promise<RuntimeImage[]>;
  /** Undefined where the runtime does not have the image. */
  imageStatus(image: string, bounds: CallBounds): Promise<RuntimeImage | undefined>;
  /** Resolves to the runtime's reference of what it pulled (an image id or a digest). */
  pullImage(request: PullRequest, bounds: CallBounds): Promise<string>;
  /** Removing what is not there is no error (the contract of CRI). */
  removeImage(image: string, bounds: CallBounds): Promise<void>;
  imageFilesystems(bounds: CallBounds): Promise<FilesystemUsage[]>;
  close(): void;
}
