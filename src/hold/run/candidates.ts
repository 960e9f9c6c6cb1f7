import { repositoryName } from "../../image/reference.ts";
import type { HeldImage } from "../config.ts";
import type { ProbeFailure } from "../promotion/judge-probe.ts";
import type { Candidate } from "../promotion/state.ts";

/** What is known of the digest of a reference. */
export type KnownDigest = { readonly digest: string } | { readonly failure: ProbeFailure };

/** The images of the configuration as the pods of a mode name them. */
export function listCandidates(
  images: readonly HeldImage[],
  mode: "containers" | "volumes",
  digestOf: (image: HeldImage) => KnownDigest | undefined,
): Candidate[] {
  return images.map((held) => {
    const { name, ref, image } = held;
    if (mode === "containers") return { name, ref, pinnedRef: ref, digest: image.digest };
    const known = image.digest === undefined ? digestOf(held) : { digest: image.digest };
    if (known === undefined) return { name, ref, pinnedRef: undefined, digest: undefined };
    if ("failure" in known)
      return { name, ref, pinnedRef: undefined, digest: undefined, failure: known.failure };
    // Without the tag: the kubelet pulls what has both twice.
    return { name, ref, pinnedRef: `${repositoryName(image)}@${known.digest}`, digest: known.digest };
  });
}
