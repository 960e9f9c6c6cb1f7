import type { CallBounds } from "../lib/call-bounds.ts";

/** The filesystem that holds the runtime's images. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** Room for images. Methods throw a `RuntimeError`. */
export interface ImageDisk {
  /** Undefined where the filesystem cannot be seen from here. */
  read(bounds: CallBounds): Promise<DiskSpace | undefined>;
}
