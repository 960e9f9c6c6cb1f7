import { InvalidReferenceError, parseReference } from "../../image/reference.ts";
import { shownText } from "../../image/shown-text.ts";
import { ConfigError } from "../../lib/config-error.ts";
import { printable } from "../../lib/printable.ts";
import { findDnsLabelFault } from "../../manifests/kube-name.ts";
import type { HeldImage } from "../config.ts";
import { copySleepName } from "../objects/names.ts";
import { createFaultCollector } from "./config-faults.ts";

/** Far above the longest valid entry, so that what is longer was never meant as one. */
const maxEntryLength = 4096;

/**
 * The entries of `IMAGES`: `name=image;name=image`, with white space and line breaks anywhere around them and empty
 * entries between. Throws a `HoldConfigError` that tells of every entry that is wrong.
 */
export function parseImages(text: string): HeldImage[] {
  const faults = createFaultCollector();
  const entries = text.split(";").map((entry) => entry.trim());
  const given = entries.filter((entry) => entry !== "");
  const images = given.map((entry, index) => faults.attempt(() => parseEntry(entry, index + 1)));
  faults.attempt(() => checkCount(given.length));
  const parsed = images.filter((image) => image !== undefined);
  for (const fault of listDuplicates(parsed)) faults.attempt(() => refuse(fault));
  faults.finish();
  return parsed;
}

function refuse(reason: string): never {
  throw new ConfigError(`IMAGES: ${reason}`);
}

function checkCount(count: number): void {
  if (count === 0) refuse("it lists no image; write name=image;name=image");
}

function parseEntry(entry: string, number: number): HeldImage {
  const where = `entry ${number}`;
  if (entry.length > maxEntryLength) refuse(`${where} has ${entry.length} characters; is a ";" missing?`);
  const equals = entry.indexOf("=");
  if (equals < 0) refuse(`${where}, "${shownText(entry)}", has no "="; write name=image`);
  const name = entry.slice(0, equals).trim();
  const nameFault = findNameFault(name);
  if (nameFault !== undefined) refuse(`${where}: the name "${printable(name, 80)}": ${nameFault}`);
  const ref = entry.slice(equals + 1).trim();
  return { name, ref, image: parseImage(name, ref) };
}

function findNameFault(name: string): string | undefined {
  if (name === "") return 'there is none before the "="; write name=image';
  // One pod has both, and a pod's containers have different names.
  if (name === copySleepName) return "a container of ours has it; give the image another one";
  return findDnsLabelFault(name);
}

function parseImage(name: string, ref: string): HeldImage["image"] {
  try {
    return parseReference(ref);
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    return refuse(`${name}="${shownText(ref)}" names no image: ${error.reason}`);
  }
}

function listDuplicates(images: readonly HeldImage[]): string[] {
  const first = new Map<string, HeldImage>();
  const faults: string[] = [];
  for (const image of images) {
    const other = first.get(image.name);
    if (other === undefined) first.set(image.name, image);
    else faults.push(`the name "${image.name}" is given to ${other.ref} and to ${image.ref}; rename one`);
  }
  return faults;
}
