import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { trackSockets } from "../../lib/open-sockets.ts";

/** Answers one path; method and authority have been checked. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServerOptions {
  readonly routes: ReadonlyMap<string, HttpHandler>;
  readonly port: number;
  /** All addresses where it is undefined. */
  readonly host?: string | undefined;
  /** In PEM; without it HTTP is spoken in plain text. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** However slowly the client reads. */
  readonly answerTimeoutMs?: number;
}

/** An HTTP server that listens. */
export interface HttpServer {
  readonly port: number;
  /** Takes no new requests, lets those that run end within `graceMs`, then ends them. */
  stop(graceMs: number): Promise<void>;
}

const maxConnections = 32;
const bounds = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
};

/** Starts a server for GET and HEAD. Throws the system's error where the port cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { answerTimeoutMs = 60_000 } = options;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const timer = setTimeout(() => response.destroy(), answerTimeoutMs);
    response.once("close", () => clearTimeout(timer));
    response.on("error", () => {});
    void answer(options.routes, request, response);
  };
  const server: Server =
    options.tls === undefined
      ? createServer(bounds, listener)
      : createTlsServer({ ...bounds, ...options.tls, handshakeTimeout: 10_000 }, listener);
  server.maxConnections = maxConnections;
  const sockets = trackSockets(server);
  server.listen(options.port, options.host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop: (graceMs) => sockets.close(graceMs),
  };
}

/** A short answer in plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

async function answer(
  routes: HttpServerOptions["routes"],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const handler = routes.get((request.url ?? "").split("?", 1)[0] ?? "");
  try {
    if (handler === undefined) return sendText(response, 404, "not found\n");
    if (request.method === "GET" || request.method === "HEAD") return await handler(request, response);
    response.setHeader("allow", "GET, HEAD");
    response.setHeader("connection", "close");
    sendText(response, 405, "only GET and HEAD\n");
  } catch {
    // The client is gone, or the answer is under way: all that is left is to end it.
    response.destroy();
  }
}
