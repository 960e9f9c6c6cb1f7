import type { DiskSpace } from "../runtime/image-disk.ts";
import { type ByteLimit, limitBytes } from "./byte-limit.ts";

/** Whether pulls may begin. */
export type DiskFloorVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly freeBytes: number; readonly neededBytes: number };

/**
 * Decides if the disk of the images has more room than must stay free. A disk that cannot be seen stops nothing: the
 * kubelet's own eviction guards it, and a pod's pull would not ask either.
 */
export function decideDiskFloor(space: DiskSpace | undefined, minFree: ByteLimit): DiskFloorVerdict {
  // A size of 0 is what a filesystem says that does not count its blocks.
  if (space === undefined || space.totalBytes <= 0) return { allowed: true };
  const neededBytes = limitBytes(minFree, space.totalBytes) ?? 0;
  if (space.freeBytes >= neededBytes) return { allowed: true };
  return { allowed: false, freeBytes: space.freeBytes, neededBytes };
}
