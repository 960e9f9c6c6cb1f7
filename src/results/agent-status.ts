import type { NodeImage, RejectedRequest } from "../plan/node-image.ts";
import type { SourceName, SourceState } from "../sources/source.ts";
import type { FailureKind, PullEvent } from "./pull-events.ts";

/**
 * Where a desired image is: `present`; `queued` for a slot; `pulling`; `waiting` for the next attempt (`untilMs`); `held-back`
 * by a rule of ours (`reason`), such as too little disk.
 */
export type ImagePhase = "present" | "queued" | "pulling" | "waiting" | "held-back";

/** Why an image that is desired is deliberately not pulled now. */
export type HoldBackReason = "EvictedByGC" | "DiskFloor" | "DiskPressure";

/** One desired image of this node, as it is now. */
export interface ImageStatus {
  readonly wanted: NodeImage;
  readonly phase: ImagePhase;
  /** It is present, or one attempt at least has ended: what readiness asks. */
  readonly tried: boolean;
  /** Where it is present. */
  readonly present:
    | { readonly imageId: string; readonly sizeBytes: number; readonly pinned: boolean }
    | undefined;
  /** This process has pulled it since it was last absent. */
  readonly pulledHere: boolean;
  readonly reason: HoldBackReason | undefined;
  /** The last failure, until it is present. */
  readonly failure: { readonly kind: FailureKind; readonly message: string } | undefined;
}

export interface SourceStatus {
  readonly name: SourceName;
  readonly state: SourceState;
  readonly detail: string | undefined;
  readonly images: number;
}

/** Everything that the agent knows after a turn of its loop; immutable. */
export interface AgentStatus {
  readonly sources: readonly SourceStatus[];
  readonly images: readonly ImageStatus[];
  readonly rejected: readonly RejectedRequest[];
  readonly elsewhere: number;
  /** Every source has spoken. */
  readonly complete: boolean;
  /** When the runtime last listed its images, on the monotonic clock; undefined: never yet. */
  readonly listedMs: number | undefined;
  /** Why the runtime cannot be asked now; undefined: it answers. */
  readonly runtimeError: Error | undefined;
  /** Of the pins that are ours. */
  readonly pinned: { readonly images: number; readonly bytes: number };
}

/** Hears of what the agent does; methods must not throw and must not wait. */
export interface AgentObserver {
  /** Of each pull, as it happens. */
  pull(event: PullEvent): void;
  /** After each turn of the loop. */
  status(status: AgentStatus): void;
  /** The loop has come round, whether or not anything changed: it lives. */
  tick(): void;
  /** An image was removed from this node by the agent. */
  pruned(name: string, imageId: string): void;
}
