import type { CallBounds } from "../lib/call-bounds.ts";

/** A pin that is ours: the runtime's pin label with our ownership label beside it. */
export interface OwnPin {
  /** `sha256:…`, the name of the record that carries both labels. */
  readonly imageId: string;
}

/**
 * Pins of images against garbage collection; only containerd has them. Both labels are on the record that is named by the
 * image id, which keeps them when the tag is pulled again. Methods throw a `RuntimeError`.
 */
export interface ImagePins {
  /** Sets both labels, by a field mask; an image that somebody else pinned is left alone. False: it was not set. */
  pin(imageId: string, bounds: CallBounds): Promise<boolean>;
  /** Takes both labels away; only where the ownership label is there. False: there was nothing of ours. */
  unpin(imageId: string, bounds: CallBounds): Promise<boolean>;
  /** Every pin of ours. */
  listOwn(bounds: CallBounds): Promise<OwnPin[]>;
}
