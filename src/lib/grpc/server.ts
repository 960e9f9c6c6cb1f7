import { once } from "node:events";
import {
  constants,
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { trackSockets } from "../open-sockets.ts";
import { createByteBudget } from "./message-reader.ts";
import { type CallLimits, endReading, type GrpcHandler, serveCall } from "./server-call.ts";
import { watchSession } from "./server-session.ts";
import { GrpcError } from "./status.ts";

export interface ServerLimits extends CallLimits {
  /** Unfinished messages of all calls together. */
  readonly maxBufferedBytes: number;
  readonly maxConnections: number;
  readonly maxCalls: number;
  /** How often an idle or dead connection is looked for. */
  readonly checkConnectionsEveryMs: number;
}

export interface ServerOptions {
  /** By path: `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, GrpcHandler>;
  readonly port: number;
  /** All addresses where it is undefined. */
  readonly host?: string | undefined;
  /** In PEM; without it HTTP/2 is spoken in plain text. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Says whether a call's headers (its metadata) allow it; else it ends UNAUTHENTICATED. */
  readonly authorize?: ((headers: IncomingHttpHeaders) => boolean) | undefined;
  readonly limits?: Partial<ServerLimits>;
}

/** A gRPC server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** Takes no new calls, lets those that run end within `graceMs`, then ends them. */
  stop(graceMs: number): Promise<void>;
}

const defaultLimits: ServerLimits = {
  // What gRPC implementations take by default.
  maxMessageBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxConnections: 256,
  maxCalls: 1024,
  messageTimeoutMs: 30_000,
  callTimeoutMs: 2 * 60 * 60_000,
  checkConnectionsEveryMs: 30_000,
};
const callsPerConnection = 32;
const handshakeTimeoutMs = 10_000;

/** Starts to listen. Throws the system's error where the port cannot be had. */
export async function startGrpcServer(options: ServerOptions): Promise<GrpcServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const server = createHttp2Server(options.tls);
  server.maxConnections = limits.maxConnections;
  const sockets = trackSockets(server);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    watchSession(session, limits.checkConnectionsEveryMs);
  });
  server.on("stream", createCallListener(options, limits));
  server.listen(options.port, options.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop(graceMs) {
      const closed = sockets.close(graceMs);
      for (const session of sessions) session.close();
      await closed;
    },
  };
}

function createHttp2Server(tls: ServerOptions["tls"]) {
  const http2 = {
    maxSessionMemory: 1,
    settings: { maxConcurrentStreams: callsPerConnection, maxHeaderListSize: 16 * 1024, enablePush: false },
  };
  return tls === undefined
    ? createServer(http2)
    : createSecureServer({ ...http2, ...tls, handshakeTimeout: handshakeTimeoutMs });
}

function createCallListener(options: ServerOptions, limits: ServerLimits) {
  const budget = createByteBudget(limits.maxBufferedBytes);
  let calls = 0;
  const route = (headers: IncomingHttpHeaders) => findHandler(options, headers);
  return (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => {});
    if (calls >= limits.maxCalls) return stream.close(constants.NGHTTP2_REFUSED_STREAM);
    if (!isGrpc(headers)) {
      stream.respond({ ":status": 415 }, { endStream: true });
      return endReading(stream);
    }
    calls += 1;
    stream.once("close", () => {
      calls -= 1;
    });
    return void serveCall(stream, headers, route, limits, budget);
  };
}

function isGrpc(headers: IncomingHttpHeaders): boolean {
  const type = headers["content-type"] ?? "";
  return headers[":method"] === "POST" && /^application\/grpc(?:$|\+proto|;)/.test(type);
}

function findHandler({ methods, authorize }: ServerOptions, headers: IncomingHttpHeaders): GrpcHandler {
  if (authorize !== undefined && !authorize(headers)) {
    throw new GrpcError("UNAUTHENTICATED", "a valid token is needed: authorization: Bearer TOKEN");
  }
  const handler = methods.get(headers[":path"] ?? "");
  if (handler === undefined) throw new GrpcError("UNIMPLEMENTED", "this server has no such method");
  return handler;
}
