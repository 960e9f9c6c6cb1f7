import { type ImageReference, InvalidReferenceError, parseReference } from "../image/reference.ts";
import { shownText } from "../image/shown-text.ts";

/** Far above the longest valid reference, so that what is longer was never meant as one. */
export const maxNameLength = 4096;

/** One image that a list or a command line names, and where it says so: `images.txt:12`, `argument 2`. */
export type ListEntry =
  | {
      /** As the user wrote it. */
      readonly ref: string;
      readonly where: string;
      readonly image: ImageReference;
    }
  | {
      /** Cut and made printable; for people only. */
      readonly ref: string;
      readonly where: string;
      /** Why it names no image. */
      readonly reason: string;
    };

/** The entry that one name makes; never throws, because the other names of a list do not depend on it. */
export function parseEntry(name: string, where: string): ListEntry {
  if (name.length > maxNameLength) {
    const reason = `it is ${name.length} characters long; a reference has at most ${maxNameLength}`;
    return { ref: shownText(name), where, reason };
  }
  try {
    return { ref: name, where, image: parseReference(name) };
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    return { ref: shownText(name), where, reason: error.reason };
  }
}

/** The images that a command line names, in its order. */
export function parseImageArguments(names: readonly string[]): ListEntry[] {
  return names.map((name, index) => parseEntry(name.trim(), `argument ${index + 1}`));
}
