import { matchesImage } from "../image/match.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { DesiredImages } from "./node-image.ts";

/** Why a pin of ours is taken away. */
export type UnpinReason = "pinning is off" | "disk pressure" | "no longer desired" | "over the limit";

/** Why a desired image gets no pin. */
export type NoPinReason = "over the limit" | "the size of the disk is not known";

/** Everything that pins are decided from. */
export interface PinInput {
  /** `--pin`. */
  readonly enabled: boolean;
  /** `--max-pinned` in bytes; undefined: a part of a disk whose size is not known. */
  readonly maxBytes: number | undefined;
  readonly desired: DesiredImages;
  readonly present: readonly RuntimeImage[];
  /** Image ids with a pin of ours. */
  readonly own: ReadonlySet<string>;
  readonly diskPressure: boolean;
}

/** What is to be done about pins, in order; an image that needs nothing is in none of the lists. */
export interface PinPlan {
  readonly unpin: readonly { readonly imageId: string; readonly reason: UnpinReason }[];
  readonly pin: readonly RuntimeImage[];
  /** Pins of ours that the runtime does not show: somebody replaced the record, and they are to be set again. */
  readonly assertAgain: readonly RuntimeImage[];
  readonly skipped: readonly { readonly image: RuntimeImage; readonly reason: NoPinReason }[];
}

/**
 * Decides which images are pinned. The order of the desired set is the order in which they get room; one that does not
 * fit leaves its room to later, smaller ones. What somebody else pinned is neither touched nor counted.
 */
export function decidePins(input: PinInput): PinPlan {
  // A pin under disk pressure would turn the pressure into evictions of pods.
  if (!input.enabled) return unpinAll(input.own, "pinning is off");
  if (input.diskPressure) return unpinAll(input.own, "disk pressure");
  const wanted = findDesired(input.desired, input.present);
  // What is not listed is gone with its pin, or will be listed again: there is nothing to take away.
  const undesired = input.present.map(({ id }) => id).filter((id) => input.own.has(id) && !wanted.has(id));
  // While a source cannot be heard, what it desires is not known: its pins stay, and stay counted.
  const kept = new Set(input.desired.complete ? [] : undesired);
  const rest = share(input, [...wanted.values()], sumBytes(input.present, kept));
  const gone = undesired.filter((imageId) => !kept.has(imageId));
  return {
    ...rest,
    unpin: [...gone.map((imageId) => ({ imageId, reason: "no longer desired" as const })), ...rest.unpin],
  };
}

function unpinAll(own: ReadonlySet<string>, reason: UnpinReason): PinPlan {
  const unpin = [...own].map((imageId) => ({ imageId, reason }));
  return { unpin, pin: [], assertAgain: [], skipped: [] };
}

/** The images that are both desired and present, by id, in the desired order. */
function findDesired(desired: DesiredImages, present: readonly RuntimeImage[]): Map<string, RuntimeImage> {
  const found = new Map<string, RuntimeImage>();
  for (const { image } of desired.images) {
    const match = present.find((candidate) => matchesImage(image, candidate));
    if (match !== undefined) found.set(match.id, match);
  }
  return found;
}

/** Gives the room to the images in their order. */
function share(input: PinInput, wanted: readonly RuntimeImage[], takenBytes: number): PinPlan {
  const { own, maxBytes } = input;
  const unpin: { imageId: string; reason: UnpinReason }[] = [];
  const pin: RuntimeImage[] = [];
  const assertAgain: RuntimeImage[] = [];
  const skipped: { image: RuntimeImage; reason: NoPinReason }[] = [];
  let usedBytes = takenBytes;
  for (const image of wanted) {
    const isOwn = own.has(image.id);
    if (image.pinned && !isOwn) continue;
    if (maxBytes === undefined) {
      // Without the size nothing is known to be over the limit either: what is pinned stays.
      if (!isOwn) skipped.push({ image, reason: "the size of the disk is not known" });
      else if (!image.pinned) assertAgain.push(image);
      continue;
    }
    if (usedBytes + image.sizeBytes > maxBytes) {
      skipped.push({ image, reason: "over the limit" });
      if (isOwn) unpin.push({ imageId: image.id, reason: "over the limit" });
      continue;
    }
    usedBytes += image.sizeBytes;
    if (!isOwn) pin.push(image);
    else if (!image.pinned) assertAgain.push(image);
  }
  return { unpin, pin, assertAgain, skipped };
}

function sumBytes(present: readonly RuntimeImage[], ids: ReadonlySet<string>): number {
  if (ids.size === 0) return 0;
  return present.filter(({ id }) => ids.has(id)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
