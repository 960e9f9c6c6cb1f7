import type { Clock, Random } from "../lib/clock.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import type { Logger } from "../lib/log.ts";
import { runtimeErrorFrom } from "./classify.ts";
import { criNamespace } from "./containerd-namespace.ts";
import { RuntimeError } from "./errors.ts";
import * as events from "./gen/containerd-events.ts";
import type { ImageEvent, ImageEvents } from "./image-events.ts";

export interface ContainerdEventsOptions {
  readonly clock: Pick<Clock, "nowMs" | "sleep">;
  readonly random: Random;
  readonly log: Pick<Logger, "debug">;
  /** How often the silent stream is looked after; see `SubscribeOptions`. */
  readonly probeEveryMs?: number;
  readonly probeTimeoutMs?: number;
}

type Handlers = Parameters<ImageEvents["run"]>[0];

const method = "/containerd.services.events.v1.Events/Subscribe";
const firstDelayMs = 50;
const maxDelayMs = 5000;
/** A runtime that has no such service will not have it soon. */
const unsupportedDelayMs = 60_000;
const types = new Map<string, ImageEvent["type"]>([
  ["/images/create", "created"],
  ["/images/update", "updated"],
  ["/images/delete", "deleted"],
]);
const filters = [...types.keys()].map((topic) => `namespace==${criNamespace},topic=="${topic}"`);

/** What containerd says of its images, by the events service on the same socket as CRI (1.6 and later). */
export function createContainerdEvents(channel: Channel, options: ContainerdEventsOptions): ImageEvents {
  const { clock, random } = options;
  return {
    async run(handlers, signal) {
      let failures = 0;
      let lost = false;
      while (!signal.aborted) {
        const startMs = clock.nowMs();
        const error = await listen(channel, options, signal, {
          ...handlers,
          onConnected() {
            lost = false;
            handlers.onConnected();
          },
        });
        if (signal.aborted) return;
        if (!lost) handlers.onLost(error);
        lost = true;
        // One that ends as soon as it began is not asked again at once, connected or not.
        failures = clock.nowMs() - startMs > maxDelayMs ? 0 : failures + 1;
        await clock.sleep(decideDelayMs(error, failures, random), signal).catch(() => {});
      }
    },
  };
}

/** Hears events until the stream ends, and says why it did. */
async function listen(
  channel: Channel,
  { log, probeEveryMs, probeTimeoutMs }: ContainerdEventsOptions,
  signal: AbortSignal,
  handlers: Handlers,
): Promise<RuntimeError> {
  try {
    await channel.subscribe(method, events.SubscribeRequest.encode({ filters }).finish(), {
      signal,
      onOpen: () => handlers.onConnected(),
      onMessage(message) {
        const event = parseEvent(message, log);
        if (event !== undefined) handlers.onEvent(event);
      },
      ...(probeEveryMs !== undefined && { probeEveryMs }),
      ...(probeTimeoutMs !== undefined && { probeTimeoutMs }),
    });
    return new RuntimeError("Subscribe: the stream of events has ended", { kind: "unavailable" });
  } catch (error) {
    return runtimeErrorFrom(error, "Subscribe");
  }
}

/** Doubles with each failure, and takes between half and all of it, so that nodes do not come back in step. */
function decideDelayMs(error: RuntimeError, failures: number, random: Random): number {
  if (error.kind === "unsupported") return unsupportedDelayMs;
  const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1));
  return delayMs / 2 + (random() * delayMs) / 2;
}

// All three events have the name of the image in the same place.
function parseEvent(message: Uint8Array, log: Pick<Logger, "debug">): ImageEvent | undefined {
  try {
    const { topic, event } = events.Envelope.decode(message);
    const type = types.get(topic);
    const name = event === undefined ? "" : events.ImageEvent.decode(event.value).name;
    return type === undefined || name === "" ? undefined : { type, name };
  } catch (error) {
    log.debug("an event of containerd could not be read", { error });
    return undefined;
  }
}
