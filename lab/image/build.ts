import { version } from "../../src/version.ts";
import { pushImage } from "../images/push.ts";
import type { InstallContext } from "../install/context.ts";
import type { ImageVariant } from "./base.ts";
import { buildImageLayout } from "./layout.ts";
import { readOciLayout } from "./oci-layout.ts";

export interface PrestowImageOptions {
  readonly install: InstallContext;
  /** `host:port` of a registry that speaks plain HTTP, to push to. */
  readonly registry: string;
  /** Bare where it is absent. */
  readonly variant?: ImageVariant;
}

/** The image of these sources on disk, with its tag. */
export interface TaggedLayout {
  readonly folder: string;
  /** Names the content; that of `distro` is the other's with `-distro`. */
  readonly tag: string;
}

/** The image of these sources, in a registry. */
export interface PrestowImage {
  /** `REGISTRY/prestow:TAG` */
  readonly reference: string;
  readonly digest: string;
  /** Of its layers, compressed. */
  readonly sizeBytes: number;
}

/** Builds the checkout's Dockerfile for this machine, without network. What is in the cache is not built again. */
export async function buildTaggedLayout(
  variant: ImageVariant,
  install: InstallContext,
): Promise<TaggedLayout> {
  const { name, folder } = await buildImageLayout(variant, install);
  return { folder, tag: `${version}-${name}${variant === "distro" ? "-distro" : ""}` };
}

/** Pushes a layout to `REGISTRY/prestow`. What the registry has is not sent again. */
export async function pushTaggedLayout(
  registry: string,
  { folder, tag }: TaggedLayout,
  signal?: AbortSignal,
): Promise<PrestowImage> {
  const image = await readOciLayout(folder);
  await pushImage({ registry, repository: "prestow", tag, image, ...(signal ? { signal } : {}) });
  return {
    reference: `${registry}/prestow:${tag}`,
    digest: image.manifest.digest,
    sizeBytes: image.layers.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

/** Builds the image of these sources and pushes it. */
export async function buildPrestowImage(options: PrestowImageOptions): Promise<PrestowImage> {
  const { install, registry, variant = "distroless" } = options;
  return pushTaggedLayout(registry, await buildTaggedLayout(variant, install), install.signal);
}
