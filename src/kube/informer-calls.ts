import type { Random } from "../lib/clock.ts";
import type { KubeClient } from "./client.ts";
import type { InformedPath } from "./informed-path.ts";
import type { InformerTimings } from "./informer-timings.ts";
import { listPages } from "./list-pages.ts";
import type { WatchEvent } from "./watch-event.ts";
import { watchOnce } from "./watch-stream.ts";

/** The API server as an informer of one resource uses it. */
export interface InformerCalls {
  /** Resolves to the version that a watch goes on from. */
  list(onObject: (object: unknown) => void, signal: AbortSignal): Promise<string>;
  /** Resolves when the server ends the watch in good order. */
  watch(resourceVersion: string, handlers: WatchHandlers, signal: AbortSignal): Promise<void>;
}

export interface WatchHandlers {
  /** The server has taken the watch. */
  onOpen(): void;
  onEvent(event: WatchEvent): void;
}

/** Both calls within the bounds that `timings` give them; see `listPages` and `watchOnce`. */
export function createInformerCalls(
  client: Pick<KubeClient, "stream">,
  of: InformedPath,
  options: { readonly pageLimit: number; readonly timings: InformerTimings; readonly random: Random },
): InformerCalls {
  const { pageLimit, random } = options;
  const { answerTimeoutMs, pageTimeoutMs, watchLeastMs, watchMostMs, watchMarginMs } = options.timings;
  return {
    list(onObject, signal) {
      const times = { headersTimeoutMs: answerTimeoutMs, idleTimeoutMs: answerTimeoutMs };
      const bounds = { ...times, totalTimeoutMs: pageTimeoutMs, signal };
      return listPages({ client, of, pageLimit, bounds }, onObject);
    },
    watch(resourceVersion, { onOpen, onEvent }, signal) {
      const lastsMs = watchLeastMs + random() * (watchMostMs - watchLeastMs);
      const timeoutSeconds = Math.max(1, Math.round(lastsMs / 1000));
      const times = { headersTimeoutMs: answerTimeoutMs, idleTimeoutMs: lastsMs + watchMarginMs };
      const bounds = { ...times, signal, onOpen };
      return watchOnce({ client, of, resourceVersion, timeoutSeconds, bounds }, onEvent);
    },
  };
}
