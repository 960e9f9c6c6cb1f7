import type { PodPlacement } from "../plan/pod-placement.ts";

/** Where desired images come from. */
export type SourceName = "fleets" | "workloads" | "list";

/** The object of the cluster that asks for an image. */
export interface ImageOwner {
  /** As Kubernetes writes it: `Fleet`, `Deployment`. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One place that asks for one image. */
export interface RequestedImage {
  /** As the user wrote it; it need not be a reference at all. */
  readonly ref: string;
  /** Why the source knows that it names no image; `ref` is then cut and made printable. */
  readonly fault?: string;
  /** For people: `Fleet default/simple, container game`, or `file:line`. */
  readonly where: string;
  /** Undefined where a file asks. */
  readonly owner: ImageOwner | undefined;
  /** What a pod of the owner asks of a node; undefined: any node will do. */
  readonly placement: PodPlacement | undefined;
  /** Names of the owner's imagePullSecrets, in the owner's namespace. */
  readonly pullSecrets: readonly string[];
}

/**
 * How far a source is: `waiting` has not yet heard what is desired, `synced` knows it, `failing` knew it once and
 * cannot hear of changes now (its images are the last that it knew).
 */
export type SourceState = "waiting" | "synced" | "failing";

/** Everything that one source desires now: always the whole set, never a delta. */
export interface DesiredSet {
  readonly source: SourceName;
  readonly state: SourceState;
  /** Why it is not synced, or what is odd about it (a resource that the cluster does not know); one line. */
  readonly detail: string | undefined;
  readonly images: readonly RequestedImage[];
}

/** Something that says what is desired on nodes. */
export interface Source {
  readonly name: SourceName;
  /** The set as it is now; cheap, and the same object as long as nothing changed. */
  current(): DesiredSet;
  /** Calls `onChange` after each change of `current()`; lasts until the signal aborts, and never rejects. */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
}
