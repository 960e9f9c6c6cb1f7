import type { CallBounds } from "../lib/call-bounds.ts";

/** What uses images on this node now. Methods throw a `RuntimeError`. */
export interface ImageUse {
  /**
   * The image ids and references in use: by containers in any state, and by image volumes that are mounted into them.
   * Undefined where the runtime cannot tell all of it; then nothing may be removed.
   */
  listUsed(bounds: CallBounds): Promise<ReadonlySet<string> | undefined>;
}
