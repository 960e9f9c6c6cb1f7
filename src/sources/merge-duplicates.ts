import { normalizedName } from "../image/reference.ts";
import type { ListEntry } from "./list-entry.ts";

/** An entry, and where the same image was named again. */
export type MergedEntry = ListEntry & { readonly duplicates: readonly string[] };

/**
 * Merges names of one image (`nginx`, `docker.io/library/nginx:latest`) into the first, whose place in the list
 * is its priority. Entries that name no image stay as they are.
 */
export function mergeDuplicates(entries: readonly ListEntry[]): MergedEntry[] {
  const againByName = new Map<string, string[]>();
  const merged: MergedEntry[] = [];
  for (const entry of entries) {
    const name = "image" in entry ? normalizedName(entry.image) : undefined;
    const known = name === undefined ? undefined : againByName.get(name);
    if (known !== undefined) {
      known.push(entry.where);
      continue;
    }
    const duplicates: string[] = [];
    if (name !== undefined) againByName.set(name, duplicates);
    merged.push({ ...entry, duplicates });
  }
  return merged;
}
