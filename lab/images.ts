import type { BuiltImage } from "./images/build.ts";
import { buildImage, buildIndex } from "./images/build.ts";
import { pushImage } from "./images/push.ts";
import { labLogin } from "./registry-config.ts";

/** What the lab's registries are filled with. */
export interface SeedOptions {
  /** `host:port`; anybody may pull. */
  readonly registry: string;
  /** `host:port`; only with `labLogin`. */
  readonly privateRegistry: string;
  /** The size of each of the twelve images: about what is pulled for one alone. */
  readonly imageBytes: number;
  readonly signal?: AbortSignal;
}

/** What was pushed, by reference. */
export interface SeededImages {
  /** The twelve images of the list. */
  readonly list: readonly string[];
  /** One tiny layer. */
  readonly scratch: string;
  /** An index for amd64 and arm64. */
  readonly multiPlatform: string;
  /** In the private registry. */
  readonly private: string;
}

/** An image to push, under `repository:tag`. */
export interface Seed {
  readonly repository: string;
  readonly tag: string;
  readonly build: () => BuiltImage;
}

const listed = [
  "shop/cart",
  "shop/checkout",
  "shop/catalog",
  "shop/search",
  "shop/payments",
  "shop/web",
  "games/lobby",
  "games/matchmaker",
  "games/arena",
  "ml/tokenizer",
  "ml/embedder",
  "ml/ranker",
] as const;
const smallestLayerBytes = 1_024;

/**
 * The twelve images of the list. Those of `shop` share a base layer, two fifths of each; the others share nothing.
 */
export function listSeeds(imageBytes: number): Seed[] {
  const baseBytes = Math.max(smallestLayerBytes, Math.round(imageBytes * 0.4));
  return listed.map((repository) => {
    const base = repository.startsWith("shop/") ? "shop/base" : `${repository}/base`;
    const layers = [
      { seed: base, sizeBytes: baseBytes },
      { seed: repository, sizeBytes: Math.max(smallestLayerBytes, imageBytes - baseBytes) },
    ];
    return { repository, tag: "v1", build: () => buildImage({ layers }) };
  });
}

function buildScratch(): BuiltImage {
  return buildImage({ layers: [{ seed: "scratch", sizeBytes: smallestLayerBytes }] });
}

function buildMultiPlatform(imageBytes: number): BuiltImage {
  const sizeBytes = Math.max(smallestLayerBytes, Math.round(imageBytes / 20));
  const entries = ["linux/amd64", "linux/arm64"].map((platform) => {
    return { platform, image: buildImage({ platform, layers: [{ seed: platform, sizeBytes }] }) };
  });
  return buildIndex(entries);
}

async function push(registry: string, seed: Seed, options: SeedOptions, login = {}): Promise<string> {
  const { repository, tag } = seed;
  const { signal } = options;
  await pushImage({
    registry,
    repository,
    tag,
    image: seed.build(),
    ...login,
    ...(signal ? { signal } : {}),
  });
  return `${registry}/${repository}:${tag}`;
}

/**
 * Builds the lab's images, the same bytes in every run, and pushes them. Throws the first error of a push, which names
 * the request.
 */
export async function seedImages(options: SeedOptions): Promise<SeededImages> {
  const { registry, privateRegistry, imageBytes } = options;
  const small = Math.max(smallestLayerBytes, Math.round(imageBytes / 20));
  const buildSecret = () => buildImage({ layers: [{ seed: "private", sizeBytes: small }] });
  const multiPlatform = { repository: "tools/any", tag: "v1", build: () => buildMultiPlatform(imageBytes) };
  const list: string[] = [];
  for (const seed of listSeeds(imageBytes)) list.push(await push(registry, seed, options));
  const { username, password } = labLogin;
  return {
    list,
    scratch: await push(registry, { repository: "tools/scratch", tag: "v1", build: buildScratch }, options),
    multiPlatform: await push(registry, multiPlatform, options),
    private: await push(
      privateRegistry,
      { repository: "vault/secret", tag: "v1", build: buildSecret },
      options,
      {
        username,
        password,
      },
    ),
  };
}
