import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageVariant } from "../../lab/image/base.ts";
import { buildImageLayout } from "../../lab/image/layout.ts";
import { type LayoutImage, readOciLayout } from "../../lab/image/oci-layout.ts";
import type { InstallContext } from "../../lab/install/context.ts";
import { cacheFolder } from "../../lab/paths.ts";
import { runCommand } from "../../lab/run-command.ts";

/** A built image, its files unpacked as a runtime would do it. */
export interface UnpackedImage extends LayoutImage {
  /** Where its layout is. */
  readonly layout: string;
  readonly root: string;
  /** Paths, owners and modes of what its last layer adds, by tar(1). */
  readonly added: readonly string[];
  dispose(): Promise<void>;
}

/** How the image is built: with the machine's cache. */
export function createInstallContext(): InstallContext {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  return { cache: cacheFolder(process.env), environment: process.env, say };
}

/** Builds the image of this checkout where the cache has it not, and unpacks it into a temporary folder. */
export async function unpackImage(variant: ImageVariant): Promise<UnpackedImage> {
  const { folder: layout } = await buildImageLayout(variant, createInstallContext());
  const image = await readOciLayout(layout);
  const folder = await mkdtemp(join(tmpdir(), "prestow-i-"));
  const root = join(folder, "root");
  await mkdir(root);
  let added: string[] = [];
  for (const { digest } of image.layers) {
    const layer = join(layout, "blobs", digest.replace(":", "/"));
    await runCommand(["tar", "-xpzf", layer, "-C", root, "--numeric-owner"]);
    const listed = await runCommand(["tar", "-tvzf", layer, "--numeric-owner"]);
    added = listed.trim().split("\n");
  }
  return { ...image, layout, root, added, dispose: () => rm(folder, { recursive: true, force: true }) };
}
