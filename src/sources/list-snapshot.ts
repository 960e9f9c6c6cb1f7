import { stat } from "node:fs/promises";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import type { ListEntry } from "./list-entry.ts";
import { readImageList } from "./list-file.ts";
import type { DesiredSet, RequestedImage } from "./source.ts";

/**
 * What changes with the content of a file, also where a symbolic link on the way to it is swapped, as the kubelet does
 * with a ConfigMap. Throws the system's error.
 */
export async function readFileMark(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

/**
 * What a list file desires. Throws a `ConfigError` where it cannot be read, and where it is something that could be
 * read once only, or that would never end.
 */
export async function readListSet(path: string): Promise<DesiredSet> {
  const info = await stat(path).catch(() => undefined);
  if (info !== undefined && !info.isFile() && !info.isDirectory()) {
    const reason = "is no regular file; the list is read again whenever it changes, so it must be one";
    throw new ConfigError(`--image-list-file: "${printable(path, 300)}" ${reason}`);
  }
  const entries = await readImageList(path);
  return { source: "list", state: "synced", detail: describeFaults(entries), images: entries.map(toRequest) };
}

/** Whether both are in the same state and desire the same by the same lines. */
export function isSameSet(before: DesiredSet, now: DesiredSet): boolean {
  if (before.state !== now.state || before.images.length !== now.images.length) return false;
  return before.images.every(({ ref, where }, index) => {
    const other = now.images[index];
    return other !== undefined && other.ref === ref && other.where === where;
  });
}

const noSecrets: readonly string[] = [];

function toRequest(entry: ListEntry): RequestedImage {
  const { ref, where } = entry;
  const fault = "reason" in entry ? { fault: entry.reason } : {};
  return { ref, ...fault, where, owner: undefined, placement: undefined, pullSecrets: noSecrets };
}

function describeFaults(entries: readonly ListEntry[]): string | undefined {
  const faults = entries.filter((entry) => "reason" in entry);
  const [first] = faults;
  if (first === undefined) return undefined;
  const count = faults.length === 1 ? "one line names" : `${faults.length} lines name`;
  return `${count} no image: ${first.where}: ${first.reason}`;
}
