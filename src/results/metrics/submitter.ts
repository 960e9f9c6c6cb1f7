import type { Clock, Random } from "../../lib/clock.ts";
import { type Channel, createChannel } from "../../lib/grpc/channel.ts";
import type { ClientTls } from "../../lib/grpc/connection.ts";
import type { Logger } from "../../lib/log.ts";
import { Result } from "../gen/metrics.ts";
import type { PullObserver } from "../pull-events.ts";
import { createAttemptId } from "./attempt-id.ts";
import { createDrainDeadline } from "./drain-deadline.ts";
import { parseEndpoint } from "./endpoint.ts";
import { createEventResult } from "./event-result.ts";
import { createResultQueue } from "./result-queue.ts";
import { decidePatienceMs } from "./submit-failure.ts";
import { submitMethod } from "./submit-service.ts";

export interface SubmitterOptions {
  /** `host:port` of the aggregator. */
  readonly endpoint: string;
  /** The name that results carry. */
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What the aggregator asks for, where it does. */
  readonly token?: string | undefined;
  /** Where it speaks TLS. */
  readonly tls?: ClientTls | undefined;
  readonly maxQueued?: number;
  /** How long one batch may take. */
  readonly callTimeoutMs?: number;
}

/** Tells an aggregator what became of each attempt, beside the fetch: it neither waits nor fails for this. */
export interface Submitter {
  readonly observe: PullObserver;
  /**
   * Sends what is left, for at most `timeoutMs`, and ends; what could not be delivered is said then. It gives up
   * after 8 s where nobody listens yet, 4 s where connections are cut, as a busy aggregator does, 1 s where one is
   * silent or refuses, and 1 s after `stop` aborts. Never throws.
   */
  drain(timeoutMs: number, stop?: AbortSignal): Promise<void>;
}

const batchSize = 50;
// What comes within it goes together.
const gatherMs = 200;
const firstDelayMs = 500;
const maxDelayMs = 30_000;
// Nobody works any more, and the time is short.
const drainDelayMs = 500;
// Nobody may be behind the endpoint, and a fetch that ends at once waits for this long to find out.
const connectTimeoutMs = 2000;

/** Throws a `ConfigError` where the endpoint is none. */
export function createSubmitter(options: SubmitterOptions): Submitter {
  const { clock, random, log, node, token, maxQueued = 5000, callTimeoutMs = 5000 } = options;
  const target = { ...parseEndpoint(options.endpoint), tls: options.tls };
  const channel = createChannel({ target, connectTimeoutMs });
  const metadata = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const queue = createResultQueue(maxQueued);
  const stop = new AbortController();
  const hurry = new AbortController();
  const deadline = createDrainDeadline(clock, () => stop.abort(new Error("no answer before the end")));
  let sending: Promise<void> | undefined;
  let failures = 0;
  let lastError: unknown;

  const sendBatch = async () => {
    const batch = queue.peek(batchSize);
    try {
      await submit(channel, batch, metadata, { timeoutMs: callTimeoutMs, signal: stop.signal });
      queue.remove(batch);
      failures = 0;
      deadline.noteAnswer();
    } catch (error) {
      failures += 1;
      deadline.noteFailure(decidePatienceMs(error));
      lastError = stop.signal.aborted ? (lastError ?? error) : error;
      log.debug("results not submitted", { error, results: batch.length });
    }
  };
  const pause = async (ms: number) => {
    if (hurry.signal.aborted) return await sleep(clock, Math.min(ms, drainDelayMs), stop.signal);
    await sleep(clock, ms, hurry.signal);
  };
  const sendAll = async () => {
    if (!hurry.signal.aborted) await pause(gatherMs);
    while (queue.size > 0 && !stop.signal.aborted) {
      await sendBatch();
      if (failures > 0) await pause(delayMs(failures, random));
    }
    // An aggregator of a thousand nodes should not hold a thousand idle connections.
    channel.close();
  };
  const start = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = undefined;
      // It came after the last look at the queue.
      if (queue.size > 0 && !stop.signal.aborted) start();
    });
    return sending;
  };

  return {
    observe(event) {
      const result = createEventResult(event, node, () => createAttemptId(random));
      if (result === undefined || stop.signal.aborted) return;
      queue.add(result);
      start();
    },
    async drain(timeoutMs, stopped) {
      hurry.abort();
      deadline.begin(timeoutMs, stopped);
      while (queue.size > 0 && !stop.signal.aborted) await start();
      stop.abort();
      deadline.end();
      await sending;
      sayUndelivered(log, options.endpoint, queue.size + queue.dropped, lastError);
    },
  };
}

async function submit(
  channel: Channel,
  batch: readonly Result[],
  metadata: Readonly<Record<string, string>>,
  bounds: { timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const messages = batch.map((result) => Result.encode(result).finish());
  await channel.call(submitMethod, messages, bounds, metadata);
}

function sayUndelivered(log: Logger, endpoint: string, undelivered: number, error: unknown): void {
  if (undelivered > 0) log.warn("results could not be submitted", { endpoint, results: undelivered, error });
  else log.debug("all results submitted", { endpoint });
}

/** Doubled at each failure; jittered, so that nodes do not come back together. */
function delayMs(failures: number, random: Random): number {
  const ms = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 10));
  return ms * (0.5 + random() / 2);
}

/** Returns when the signal aborts, too. */
async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => {});
}
