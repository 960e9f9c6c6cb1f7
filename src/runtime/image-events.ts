/** A change of the names of images in the runtime's store. */
export interface ImageEvent {
  readonly type: "created" | "updated" | "deleted";
  /** A normalized reference with tag or digest, or an image id (`sha256:…`). */
  readonly name: string;
}

/** What a runtime says of its images unasked; only containerd does. */
export interface ImageEvents {
  /**
   * Subscribes, and again after each loss (the runtime restarted), with backoff, until the signal aborts; never
   * rejects. `onConnected` is called after each subscription: what happened meanwhile was not heard.
   */
  run(
    handlers: { onEvent(event: ImageEvent): void; onConnected(): void; onLost(error: Error): void },
    signal: AbortSignal,
  ): Promise<void>;
}
