import { createHash } from "node:crypto";
import { normalizedName, parseReference, repositoryName } from "../../src/image/reference.ts";
import type { DesiredImages } from "../../src/plan/node-image.ts";
import type { RuntimeImage } from "../../src/runtime/runtime.ts";

/** An image as a runtime lists it: its content depends on the first name's repository alone. */
export function listedImage(
  refs: string | readonly string[],
  more: Partial<RuntimeImage> = {},
): RuntimeImage {
  const names = [refs].flat().map((ref) => parseReference(ref));
  const digest = digestOf(`manifest ${names[0]?.path}`);
  const tags = names.filter((name) => name.digest === undefined).map(normalizedName);
  return {
    id: digestOf(`config ${names[0]?.path}`),
    repoTags: tags,
    repoDigests: [...new Set(names.map((name) => `${repositoryName(name)}@${name.digest ?? digest}`))],
    sizeBytes: 100,
    pinned: false,
    ...more,
  };
}

/** What sources desire that ask for these references. */
export function desiredOf(refs: readonly string[], complete = true): DesiredImages {
  const images = refs.map((ref) => {
    const image = parseReference(ref);
    const request = { ref, where: "argument", owner: undefined, placement: undefined, pullSecrets: [] };
    return { name: normalizedName(image), image, requests: [request] };
  });
  return { images, rejected: [], elsewhere: 0, complete };
}

/** A digest like no other text's. */
export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
