import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installOnce } from "../install/cached.ts";
import type { InstallContext } from "../install/context.ts";
import { type ImageVariant, readBaseFiles, writeBase } from "./base.ts";
import { type Buildah, createBuildah } from "./buildah.ts";
import { type Bundles, buildBundles } from "./bundle.ts";
import { type Content, hashContents } from "./content-hash.ts";
import { compileLauncher, launcherSource } from "./launcher.ts";
import { layoutFolder, pruneLayouts } from "./prune-layouts.ts";

/** An image in the cache, as an OCI layout. */
export interface ImageLayout {
  /** Of the content; the same for both variants. */
  readonly name: string;
  readonly folder: string;
}

/** Enough for two checkouts that take turns, with both variants. */
const keptLayouts = 4;

const dockerfile = join(import.meta.dirname, "../../Dockerfile");

/** Made of all that the image depends on; what makes it is a part too. */
async function nameImage(bundles: Bundles, context: InstallContext): Promise<string> {
  const base = await readBaseFiles("distro", process.execPath, context.environment);
  const here = (name: string): Content => ({ file: join(import.meta.dirname, name) });
  return hashContents([
    ["Dockerfile", { file: dockerfile }],
    ["launcher", { file: launcherSource }],
    ...Array.from(bundles, ([name, bytes]) => [name, { bytes }] as const),
    ...["base.ts", "buildah.ts", "launcher.ts", "layout.ts"].map((name) => [name, here(name)] as const),
    ...Array.from(base.programs, ([path, file]) => [path, { file }] as const),
  ]);
}

/** The parts that the Dockerfile would build with images from registries. */
async function writeBuilt(bundles: Bundles, folder: string, context: InstallContext): Promise<void> {
  const { environment, signal } = context;
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of bundles) await writeFile(join(folder, name), bytes, { mode: 0o644 });
  await compileLauncher({ environment, output: join(folder, "prestow"), ...(signal ? { signal } : {}) });
}

async function buildWith(buildah: Buildah, root: string, built: string, output: string): Promise<void> {
  // With a fixed time, equal content gives an equal digest, and a node that has the image pulls nothing.
  const flags = ["--quiet", "--isolation", "chroot", "--layers=false", "--pull=never", "--timestamp=0"];
  const [base, image] = ["localhost/prestow-lab/base:1", "localhost/prestow-lab/prestow:1"];
  await writeFile(`${root}.Dockerfile`, "FROM scratch\nCOPY . /\n");
  await buildah("bud", ...flags, "--tag", base, "--file", `${root}.Dockerfile`, root);
  const choices = ["--build-arg", `BASE=${base}`, "--build-context", `built=${built}`];
  await buildah("bud", ...flags, ...choices, "--tag", image, "--file", dockerfile, built);
  await buildah("push", "--quiet", image, `oci:${output}:prestow`);
}

async function build(
  variant: ImageVariant,
  bundles: Bundles,
  into: string,
  context: InstallContext,
): Promise<void> {
  const work = join(into, "work");
  const [root, built] = [join(work, "base"), join(work, "built")];
  await writeBase(await readBaseFiles(variant, process.execPath, context.environment), root);
  await writeBuilt(bundles, built, context);
  const buildah = await createBuildah(join(work, "buildah"), context);
  await buildWith(buildah, root, built, into);
  await rm(work, { recursive: true, force: true });
}

/** Builds the Dockerfile of this checkout into the cache, where the image of these very contents is not there yet. */
export async function buildImageLayout(variant: ImageVariant, context: InstallContext): Promise<ImageLayout> {
  const bundles = await buildBundles(context.signal);
  const name = await nameImage(bundles, context);
  const folder = layoutFolder(context.cache, variant, name);
  await installOnce(folder, async (into) => {
    context.say(`building Prestow's image (${variant}) …`);
    await build(variant, bundles, into, context);
  });
  const now = new Date();
  await utimes(folder, now, now);
  await pruneLayouts(context.cache, keptLayouts);
  return { name, folder };
}
