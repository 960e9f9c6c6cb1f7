import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileLauncher } from "../../lab/image/launcher.ts";
import { type BuiltImage, buildImage } from "../../lab/images/build.ts";
import type { TestRegistry } from "../registry/registry.ts";
import { buildFreshImage, pushFresh } from "./images.ts";

/** An image of `IMAGES`. */
export interface HoldImage {
  readonly name: string;
  /** As `IMAGES` has it. */
  readonly ref: string;
  /** What pods name where images are volumes. */
  readonly pinned: string;
  /** Its path in the registry. */
  readonly repository: string;
}

const tinyBytes = 4_096;

function createHoldImage(name: string, ref: string, digest: string): HoldImage {
  const named = ref.slice(0, ref.lastIndexOf(":"));
  const repository = named.slice(named.indexOf("/") + 1);
  return { name, ref, pinned: `${named}@${digest}`, repository };
}

/** Pushes an image to the lab's registry under a name that no image had before. */
export async function pushHoldImage(name: string, image: BuiltImage): Promise<HoldImage> {
  return createHoldImage(name, await pushFresh(image), image.manifest.digest);
}

/** Pushes tiny images that no node has; their names are a word and a number. */
export async function pushHoldImages(word: string, count: number): Promise<HoldImage[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Promise.all(numbers.map((number) => pushHoldImage(`${word}-${number}`, buildFreshImage(tinyBytes))));
}

/** Serves an image by a registry of the test's own, which remembers who asks for it; one of data alone by default. */
export function addHoldImage(
  registry: TestRegistry,
  name: string,
  image: BuiltImage = buildFreshImage(tinyBytes),
): HoldImage {
  const repository = `held/${name}`;
  registry.add(repository, "v1", image);
  return createHoldImage(name, `${registry.host}/${repository}:v1`, image.manifest.digest);
}

/** The same image, asked for by its digest. */
export function byDigest(image: HoldImage): HoldImage {
  return { ...image, ref: image.pinned };
}

/** Builds images that a pod can run, which have one static program and no shell: it waits to be stopped. */
export async function buildRunnableImages(count: number): Promise<BuiltImage[]> {
  const output = join(tmpdir(), `prestow-wait-${randomBytes(6).toString("hex")}`);
  try {
    await compileLauncher({ environment: process.env, output });
    const files = [{ path: "wait", bytes: await readFile(output), mode: 0o755 }];
    return Array.from({ length: count }, (_, index) => {
      const layers = [{ seed: `${output}-${index}`, sizeBytes: 1_024 }];
      return buildImage({ layers, files, entrypoint: ["/wait", "sleep"] });
    });
  } finally {
    await rm(output, { force: true });
  }
}

/** How often blobs of an image were asked for. */
export function countBlobRequests(registry: TestRegistry, { repository }: HoldImage): number {
  const asked = registry.requests().filter(({ kind, method }) => kind === "blob" && method === "GET");
  return asked.filter((request) => request.repository === repository).length;
}
