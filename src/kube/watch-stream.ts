import type { KubeClient } from "./client.ts";
import { type InformedPath, watchPath } from "./informed-path.ts";
import type { StreamBounds } from "./stream.ts";
import { parseWatchEvent, type WatchEvent } from "./watch-event.ts";
import { createWatchLines } from "./watch-lines.ts";

export interface WatchOptions {
  readonly client: Pick<KubeClient, "stream">;
  readonly of: InformedPath;
  readonly resourceVersion: string;
  /** When the server ends it of its own accord. */
  readonly timeoutSeconds: number;
  readonly bounds: StreamBounds;
}

/**
 * Watches a resource and hands on each event; resolves when the server ends the watch in good order. Throws a
 * `KubeError`; `gone`: the resource version is too old to go on from.
 */
export async function watchOnce(options: WatchOptions, onEvent: (event: WatchEvent) => void): Promise<void> {
  const { client, of, resourceVersion, timeoutSeconds, bounds } = options;
  const lines = createWatchLines((line) => onEvent(parseWatchEvent(line)));
  await client.stream(watchPath(of, resourceVersion, timeoutSeconds), bounds, lines.write);
  lines.end();
}
