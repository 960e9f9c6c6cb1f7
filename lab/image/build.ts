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

/** The image of these sources, in a registry. */
export interface PrestowImage {
  /** `REGISTRY/prestow:TAG`; the tag names the content, and that of `distro` is the other's with `-distro`. */
  readonly reference: string;
  readonly digest: string;
  /** Of its layers, compressed. */
  readonly sizeBytes: number;
}

/**
 * Builds the checkout's Dockerfile for this machine, without network, and pushes it. What is in the cache is not built
 * again, and what the registry has is not sent again.
 */
export async function buildPrestowImage(options: PrestowImageOptions): Promise<PrestowImage> {
  const { install, registry, variant = "distroless" } = options;
  const { name, folder } = await buildImageLayout(variant, install);
  const image = await readOciLayout(folder);
  const tag = `${version}-${name}${variant === "distro" ? "-distro" : ""}`;
  const signal = install.signal ? { signal: install.signal } : {};
  await pushImage({ registry, repository: "prestow", tag, image, ...signal });
  return {
    reference: `${registry}/prestow:${tag}`,
    digest: image.manifest.digest,
    sizeBytes: image.layers.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}
