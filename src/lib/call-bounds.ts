/** Bounds of one call: it ends by `timeoutMs` or as soon as `signal` aborts, whichever is first. */
export interface CallBounds {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}
