import type { ImageReference } from "../image/reference.ts";
import type { RequestedImage } from "../sources/source.ts";

/** An image that somebody desires on this node; requests for the same normalized name are one. */
export interface NodeImage {
  /** Normalized, `docker.io/library/debian:12`: what logs, metrics, leases and records know it by. */
  readonly name: string;
  readonly image: ImageReference;
  /** At least one, in the order of the sources. */
  readonly requests: readonly RequestedImage[];
}

/** A request that names no image. */
export interface RejectedRequest {
  readonly request: RequestedImage;
  readonly reason: string;
}

/** All that the sources together desire on this node. */
export interface DesiredImages {
  readonly images: readonly NodeImage[];
  readonly rejected: readonly RejectedRequest[];
  /** Requests for images that no pod of theirs could run on this node, or that a filter leaves out. */
  readonly elsewhere: number;
  /** Every source is synced: only then may something be taken away. */
  readonly complete: boolean;
}
