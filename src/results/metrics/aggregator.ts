import { startGrpcServer } from "../../lib/grpc/server.ts";
import type { Logger } from "../../lib/log.ts";
import { createTokenCheck } from "./bearer-token.ts";
import { sendText, startHttpServer } from "./http-server.ts";
import { createMetricsPage } from "./metrics-page.ts";
import { restoreMemory } from "./restore.ts";
import type { ResultMemory } from "./result-memory.ts";
import { createStateFile, type StateFile } from "./state-file.ts";
import { createSubmitHandler, type ResultSink, submitMethod } from "./submit-service.ts";

export interface AggregatorOptions {
  /** All addresses where it is undefined. */
  readonly host: string | undefined;
  /** 0 takes any free port; the log tells which. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly maxEntries: number;
  readonly stateFile: string | undefined;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** What both servers ask for, where it is defined. */
  readonly token: string | undefined;
}

// With results of usual size (300 bytes), maxEntries is met first.
const bytesPerEntry = 600;
const leastMaxBytes = 6 * 1024 * 1024;
// Room for one message of the largest size; results are small.
const maxBufferedBytes = 5 * 1024 * 1024;
// A connection costs 50 kB and more; who is refused comes again.
const maxConnections = 128;
const graceMs = 1000;

/** Takes results over gRPC and shows them over HTTP until the signal aborts. */
export async function runAggregator(
  options: AggregatorOptions,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { maxEntries } = options;
  const limits = { maxEntries, maxBytes: Math.max(leastMaxBytes, maxEntries * bytesPerEntry) };
  const memory = await restoreMemory(options.stateFile, limits, log);
  const path = options.stateFile;
  const file = path === undefined ? undefined : createStateFile({ path, lines: memory.store.entries, log });
  await file?.flush();
  const stops = await startServers(options, memory, createSink(memory, file, log));
  log.info("aggregator serves", { grpcPort: stops.grpc.port, httpPort: stops.http.port });
  await aborted(signal);
  log.info("aggregator stops", { results: memory.store.size, dropped: memory.store.dropped });
  await Promise.all([stops.grpc.stop(graceMs), stops.http.stop(graceMs)]);
  await file?.flush();
}

async function startServers(options: AggregatorOptions, memory: ResultMemory, sink: ResultSink) {
  const { host, tls, token } = options;
  const authorize = token === undefined ? () => true : createTokenCheck(token);
  const grpc = await startGrpcServer({
    methods: new Map([[submitMethod, createSubmitHandler(sink)]]),
    port: options.grpcPort,
    host,
    tls,
    authorize: (headers) => authorize(headers.authorization),
    limits: { maxBufferedBytes, maxConnections },
  });
  try {
    const http = await startHttpServer({
      routes: new Map([
        ["/metrics", createMetricsPage(memory, authorize)],
        ["/healthz", (_, response) => sendText(response, 200, "ok\n")],
      ]),
      port: options.httpPort,
      host,
      tls,
    });
    return { grpc, http };
  } catch (error) {
    await grpc.stop(0);
    throw error;
  }
}

/** Keeps what arrives in memory, and in the file where there is one. */
function createSink(memory: ResultMemory, file: StateFile | undefined, log: Logger): ResultSink {
  let saidFull = false;
  return {
    add(result) {
      const kept = memory.remember(result);
      file?.append(kept);
      log.debug("result received", { result });
      if (memory.store.dropped === 0 || saidFull) return;
      saidFull = true;
      log.warn("no room for more results: from now on the oldest go", { results: memory.store.size });
    },
    saved: async () => file?.saved(),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
