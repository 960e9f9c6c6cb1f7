import type { RuntimeError } from "../runtime/errors.ts";

/** The final state of one desired image of a run. */
export type ImageResult = {
  /** As the user wrote it. */
  readonly ref: string;
  /** The full name, or `ref` where it names no image. */
  readonly normalizedRef: string;
  /** Argument or `file:line` that asks for it. */
  readonly where: string;
  readonly attempts: number;
  /** From the start of the first attempt to the end of the last one. */
  readonly durationMs: number;
} & (
  | {
      readonly outcome: "pulled" | "present";
      readonly imageId: string;
      /** `sha256:…` of the manifest or index, where the runtime lists one. */
      readonly digest: string | undefined;
      readonly sizeBytes: number;
    }
  | { readonly outcome: "failed"; readonly kind: FailureKind; readonly message: string }
);

export type FailureKind = RuntimeError["kind"] | "cancelled";

/** What happens during a run; `image` is a normalized name. */
export type PullEvent =
  | { readonly type: "attempt"; readonly image: string; readonly attempt: number; readonly timeoutMs: number }
  | {
      readonly type: "progress";
      readonly image: string;
      readonly downloadedBytes: number;
      readonly totalBytes: number;
    }
  | {
      readonly type: "attempt-failed";
      readonly image: string;
      readonly attempt: number;
      readonly kind: FailureKind;
      readonly message: string;
      readonly startedAtMs: number;
      readonly durationMs: number;
      /** Undefined: not tried again. */
      readonly nextAttemptInMs: number | undefined;
    }
  | {
      readonly type: "pulled";
      readonly image: string;
      readonly attempt: number;
      readonly sizeBytes: number;
      readonly startedAtMs: number;
      readonly durationMs: number;
    }
  | { readonly type: "done"; readonly result: ImageResult }
  /** What has arrived for all images together; a layer that several share counts once. */
  | { readonly type: "total"; readonly downloadedBytes: number };

/** Hears of every event as it happens; must not throw and must not wait. */
export type PullObserver = (event: PullEvent) => void;
