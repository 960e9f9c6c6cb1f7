import { once } from "node:events";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { BuiltImage } from "../../lab/images/build.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Protection } from "./access.ts";
import { createAccess } from "./access.ts";
import type { Certificate } from "./certificate.ts";
import type { Backend, Exchange } from "./exchange.ts";
import type { FaultRule, FaultScript } from "./fault.ts";
import { createFaultScript } from "./fault.ts";
import { handle } from "./handle.ts";
import { createRate } from "./rate.ts";
import type { RegistryRequest } from "./request.ts";
import { parseBasic, parseRoute } from "./request.ts";
import { createStore } from "./store.ts";
import type { OpenRequest } from "./traffic-record.ts";
import { createTrafficRecord } from "./traffic-record.ts";

export interface TestRegistryOptions {
  /** A free one where it is absent; given, it lets a registry come back at its address. */
  readonly port?: number;
  /** Where it listens; loopback where it is absent. */
  readonly address?: string;
  /** Speaks TLS with this certificate. */
  readonly tls?: Certificate;
  readonly clock?: Clock;
  /** A limit that all bodies share. */
  readonly bytesPerSecond?: number;
}

/** A registry that misbehaves on cue and remembers who asked for what. */
export interface TestRegistry {
  /** `ADDRESS:PORT` */
  readonly host: string;
  /** Serves an image under a tag, or moves the tag to it. */
  add(repository: string, tag: string, image: BuiltImage): void;
  /** Makes requests of a repository meet a fault; the function that it returns takes the fault away. */
  fault(repository: string, rule: FaultRule): () => void;
  clearFaults(): void;
  protect(repository: string, protection: Protection): void;
  /** Takes effect on bodies that begin later; undefined lifts the limit. */
  limitBandwidth(bytesPerSecond: number | undefined): void;
  /** All requests so far, in the order of their arrival. */
  requests(): RegistryRequest[];
  /** Bytes of blobs handed to connections. */
  bytesServed(repository: string): number;
  bytesServedOfBlob(digest: string): number;
  activeBlobs(): number;
  maxConcurrentBlobs(): number;
  /** Forgets requests and counts. */
  resetRecord(): void;
  /** Destroys every open connection; the registry stays. */
  dropConnections(): void;
  /** Destroys every open connection and stops listening. */
  close(): Promise<void>;
}

/** Starts a registry. */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const { clock = systemClock, tls } = options;
  let rate = options.bytesPerSecond === undefined ? undefined : createRate(options.bytesPerSecond, clock);
  let host = "";
  const backend: Backend = {
    clock,
    store: createStore(),
    access: createAccess(() => `${tls === undefined ? "http" : "https"}://${host}/token`),
    record: createTrafficRecord(() => clock.nowMs()),
    sharedRate: () => rate,
  };
  const faults = createFaultScript();
  const listening = await listen(createListener(backend, faults), options);
  host = listening.host;
  return {
    host,
    add: backend.store.addImage,
    fault: faults.add,
    clearFaults: faults.clear,
    protect: backend.access.protect,
    limitBandwidth(bytesPerSecond) {
      rate = bytesPerSecond === undefined ? undefined : createRate(bytesPerSecond, clock);
    },
    requests: backend.record.requests,
    bytesServed: backend.record.bytesOfRepository,
    bytesServedOfBlob: backend.record.bytesOfBlob,
    activeBlobs: backend.record.activeBlobs,
    maxConcurrentBlobs: backend.record.maxConcurrentBlobs,
    resetRecord: backend.record.reset,
    dropConnections: listening.dropConnections,
    close: listening.close,
  };
}

function createListener(backend: Backend, faults: FaultScript): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://registry");
    const entry = createEntry(request, url, backend.clock);
    const fault = faults.take(entry);
    if (fault !== undefined) entry.fault = fault.kind;
    backend.record.begin(entry, response);
    const signal = signalOf(response);
    const exchange: Exchange = { backend, request, response, url, entry, signal, fault };
    // A connection that is gone ends whatever was under way; anything else is a bug of the registry.
    handle(exchange).catch((error: unknown) => {
      if (!signal.aborted) response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

function createEntry(request: IncomingMessage, url: URL, clock: Clock): OpenRequest {
  const { authorization, range } = request.headers;
  const scheme = authorization?.split(" ")[0];
  const username = parseBasic(authorization)?.username;
  return {
    ...parseRoute(url.pathname),
    atMs: clock.nowMs(),
    method: request.method ?? "",
    path: url.pathname,
    bodyBytes: 0,
    ...(range === undefined ? {} : { range }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(username === undefined ? {} : { username }),
  };
}

function signalOf(response: ServerResponse): AbortSignal {
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  return closed.signal;
}

async function listen(listener: RequestListener, options: TestRegistryOptions) {
  const { port = 0, address = "127.0.0.1", tls } = options;
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(port, address);
  await once(server, "listening");
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    dropConnections,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      dropConnections();
      await closed;
    },
  };
}
