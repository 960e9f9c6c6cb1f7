import {
  type ImageReference,
  InvalidReferenceError,
  normalizedName,
  parseReference,
} from "../image/reference.ts";
import { shownText } from "../image/shown-text.ts";
import type { DesiredSet, RequestedImage } from "../sources/source.ts";
import { type ImageGlob, matchesImageGlob } from "./glob.ts";
import type { DesiredImages, NodeImage, RejectedRequest } from "./node-image.ts";
import { decidePlacement } from "./placement.ts";
import type { NodeFacts, PodPlacement } from "./pod-placement.ts";

/** Which of the desired images this node takes. */
export interface ImageFilters {
  /** None: all. */
  readonly include: readonly ImageGlob[];
  readonly exclude: readonly ImageGlob[];
  /** Keys of startup taints that keep no pod away for good. */
  readonly ignoredTaints: readonly string[];
}

/** What a reference comes to; the same text always comes to the same, so it may be remembered. */
type KnownReference =
  | { readonly name: string; readonly image: ImageReference; readonly wanted: boolean }
  | { readonly reason: string };

/**
 * Decides what is desired on this node: requests of all sources, in their order, merged by normalized name, without
 * those that a filter leaves out or whose pods could not run here.
 */
export function decideDesiredImages(
  sets: readonly DesiredSet[],
  node: NodeFacts | undefined,
  filters: ImageFilters,
): DesiredImages {
  return mergeSets(sets, node, filters, new Map(), new Map());
}

/**
 * `decideDesiredImages` for one that asks again and again: where neither sets nor node have changed, the answer is the
 * same object, and references that were there the last time are not read again.
 */
export function createDesiredDecider(
  filters: ImageFilters,
): (sets: readonly DesiredSet[], node: NodeFacts | undefined) => DesiredImages {
  let last: { sets: readonly DesiredSet[]; node: NodeFacts | undefined; desired: DesiredImages } | undefined;
  let known = new Map<string, KnownReference>();
  return (sets, node) => {
    if (last !== undefined && last.node === node && areSame(last.sets, sets)) return last.desired;
    const next = new Map<string, KnownReference>();
    const desired = mergeSets(sets, node, filters, known, next);
    known = next;
    last = { sets: [...sets], node, desired };
    return desired;
  };
}

function areSame(before: readonly DesiredSet[], now: readonly DesiredSet[]): boolean {
  return before.length === now.length && before.every((set, index) => set === now[index]);
}

function mergeSets(
  sets: readonly DesiredSet[],
  node: NodeFacts | undefined,
  filters: ImageFilters,
  before: ReadonlyMap<string, KnownReference>,
  known: Map<string, KnownReference>,
): DesiredImages {
  const images = new Map<string, NodeImage & { readonly requests: RequestedImage[] }>();
  const rejected: RejectedRequest[] = [];
  const isHere = createPlacementMemo(node, filters.ignoredTaints);
  let elsewhere = 0;
  for (const request of sets.flatMap((set) => set.images)) {
    const reference = lookUp(request, filters, before, known);
    if ("reason" in reference) {
      rejected.push(reject(request, reference.reason));
    } else if (!reference.wanted || !isHere(request.placement)) {
      elsewhere++;
    } else {
      const image = images.get(reference.name);
      if (image !== undefined) image.requests.push(request);
      else images.set(reference.name, { name: reference.name, image: reference.image, requests: [request] });
    }
  }
  const complete = sets.every(({ state }) => state === "synced");
  return { images: [...images.values()], rejected, elsewhere, complete };
}

function lookUp(
  request: RequestedImage,
  filters: ImageFilters,
  before: ReadonlyMap<string, KnownReference>,
  known: Map<string, KnownReference>,
): KnownReference {
  if (request.fault !== undefined) return { reason: request.fault };
  const found = known.get(request.ref);
  if (found !== undefined) return found;
  const reference = before.get(request.ref) ?? readReference(request.ref, filters);
  known.set(request.ref, reference);
  return reference;
}

function readReference(ref: string, { include, exclude }: ImageFilters): KnownReference {
  try {
    const image = parseReference(ref);
    const matches = (glob: ImageGlob) => matchesImageGlob(glob, image);
    const wanted = (include.length === 0 || include.some(matches)) && !exclude.some(matches);
    return { name: normalizedName(image), image, wanted };
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    return { reason: error.reason };
  }
}

// It may be anything that somebody wrote into a manifest, a password in a URL included.
function reject(request: RequestedImage, reason: string): RejectedRequest {
  if (request.fault !== undefined) return { request, reason };
  return { request: { ...request, ref: shownText(request.ref) }, reason };
}

/** Requests of one workload, and often of many, share one placement: each is decided once. */
function createPlacementMemo(
  node: NodeFacts | undefined,
  ignoredTaints: readonly string[],
): (placement: PodPlacement | undefined) => boolean {
  const decided = new Map<PodPlacement | undefined, boolean>();
  return (placement) => {
    const known = decided.get(placement);
    if (known !== undefined) return known;
    const { here } = decidePlacement(placement, node, ignoredTaints);
    decided.set(placement, here);
    return here;
  };
}
