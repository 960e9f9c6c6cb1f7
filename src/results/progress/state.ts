/** Where one image stands. Times are of `Clock.nowMs`. */
export type ImagePhase =
  | { readonly kind: "queued" }
  | {
      readonly kind: "pulling";
      readonly startedMs: number;
      /** From 1. */
      readonly attempt: number;
      /** Absent where the runtime does not tell (CRI-O). */
      readonly downloadedBytes?: number;
      /** Absent until the manifest is known. */
      readonly totalBytes?: number;
      readonly bytesPerSecond?: number;
    }
  | {
      readonly kind: "waiting";
      readonly untilMs: number;
      /** Why the last attempt ended, such as `rate-limited`. */
      readonly reason: string;
    }
  | { readonly kind: "present" }
  | { readonly kind: "failed"; readonly reason: string };

export interface ImageProgress {
  readonly ref: string;
  readonly phase: ImagePhase;
}

/** All that the progress view shows, in the order of the list. */
export interface ProgressState {
  readonly images: readonly ImageProgress[];
  readonly startedMs: number;
  /** Of all images, each shared layer once; absent where the runtime does not tell. */
  readonly downloadedBytes?: number;
  readonly bytesPerSecond?: number;
}
