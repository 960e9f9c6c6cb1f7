import { matchesImage } from "../image/match.ts";
import { type ImageReference, isMovingTag, normalizedName } from "../image/reference.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { PullPolicy } from "./pull-policy.ts";

/** One image that a source asks for on this node. */
export type DesiredImage =
  | { readonly ref: string; readonly where: string; readonly image: ImageReference }
  /** A line or argument that names no image; `reason` says why. */
  | { readonly ref: string; readonly where: string; readonly reason: string };

/** What is done about one desired image, and why. The list keeps the order of the desired set. */
export type PlannedImage =
  | {
      readonly action: "pull";
      readonly ref: string;
      readonly where: string;
      readonly reason: string;
      readonly image: ImageReference;
    }
  | {
      readonly action: "keep";
      readonly ref: string;
      readonly where: string;
      readonly reason: string;
      readonly image: ImageReference;
      readonly present: RuntimeImage;
    }
  | { readonly action: "reject"; readonly ref: string; readonly where: string; readonly reason: string };

/** Decides what to pull from one desired set and one list of the runtime's images. */
export function decidePlan(
  desired: readonly DesiredImage[],
  present: readonly RuntimeImage[],
  policy: PullPolicy,
): PlannedImage[] {
  return desired.map((entry) => decideImage(entry, present, policy));
}

function decideImage(
  entry: DesiredImage,
  present: readonly RuntimeImage[],
  policy: PullPolicy,
): PlannedImage {
  const { ref, where } = entry;
  if (!("image" in entry)) return { action: "reject", ref, where, reason: entry.reason };
  const { image } = entry;
  const found = present.find((candidate) => matchesImage(image, candidate));
  if (found === undefined) return { action: "pull", ref, where, image, reason: "not present" };
  if (policy === "Always") return { action: "pull", ref, where, image, reason: "the policy is Always" };
  if (policy === "Auto" && isMovingTag(image)) {
    const tag = image.tag === undefined ? "no tag" : `the tag ${image.tag}`;
    return { action: "pull", ref, where, image, reason: `present, but ${tag} may have moved` };
  }
  return { action: "keep", ref, where, image, reason: "present", present: found };
}

/** The name under which results, logs and runtimes know the planned image; the text itself where it has none. */
export function plannedName(planned: PlannedImage): string {
  return planned.action === "reject" ? planned.ref : normalizedName(planned.image);
}
