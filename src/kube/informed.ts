/**
 * How far an informer is: `starting` has not listed yet; `synced` knows all objects and hears of changes; `absent`: the
 * server does not know this resource (404), which is an empty set until it does; `failing`: changes are not heard now.
 */
export type InformerState = "starting" | "synced" | "absent" | "failing";

/** What is kept of the objects of one resource, under the key `namespace/name` (or `name`). */
export interface Informer<T> {
  readonly state: InformerState;
  /** Why it is not synced, safe to print; undefined while it is. */
  readonly lastError: Error | undefined;
  /** What `extract` made of each object; the last that was known while the server is away. */
  readonly objects: ReadonlyMap<string, T>;
  /**
   * Lists, watches and lists again until the signal aborts; never rejects. `onChange` is called after each batch of
   * changes of `objects` or of `state`.
   */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
}
