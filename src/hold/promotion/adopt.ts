import { InvalidReferenceError, parseReference, repositoryName } from "../../image/reference.ts";
import type { ProvenImage } from "../held-set.ts";
import type { Candidate, LiveImage, PromotionState, ReferenceState } from "./state.ts";

/** The references that are candidates now, each with what is known of it; the others are forgotten. */
export function adoptReferences(
  { references, found }: PromotionState,
  candidates: readonly Candidate[],
): Map<string, ReferenceState> {
  return new Map(
    candidates.map((candidate) => {
      const known = references.get(candidate.ref);
      return [candidate.ref, known ?? { held: findLive(found, candidate), trials: new Map() }];
    }),
  );
}

// Of the same name and repository it is an older digest of this image, or one that cannot be resolved just now.
function findLive(found: readonly LiveImage[], candidate: Candidate): ProvenImage | undefined {
  const { name, ref, pinnedRef } = candidate;
  const live =
    found.find((image) => image.pinnedRef === pinnedRef) ??
    found.find((image) => image.name === name && isSameRepository(image.pinnedRef, ref));
  if (live === undefined) return undefined;
  return { name, ref, pinnedRef: live.pinnedRef, digest: /@(.+)$/.exec(live.pinnedRef)?.[1] };
}

/** Whether two references name the same repository, whatever their tags and digests. */
export function isSameRepository(a: string, b: string): boolean {
  try {
    return repositoryName(parseReference(a)) === repositoryName(parseReference(b));
  } catch (error) {
    if (error instanceof InvalidReferenceError) return false;
    throw error;
  }
}
