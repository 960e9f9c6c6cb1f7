import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { KubeError } from "./errors.ts";
import {
  connectionFault,
  type HttpRequest,
  type HttpResponse,
  type HttpTools,
  readBody,
  readHead,
  wasCut,
} from "./http.ts";
import { createWatchdog } from "./stream-watchdog.ts";

/** Bounds of an answer that comes in pieces, perhaps for long. */
export interface StreamBounds {
  /** Until the answer begins. */
  readonly headersTimeoutMs: number;
  /** From one piece to the next. */
  readonly idleTimeoutMs: number;
  /** For all of it; undefined: as long as something comes. */
  readonly totalTimeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The server has let us in, and the answer begins. */
  readonly onOpen?: () => void;
}

type OnChunk = (chunk: Buffer) => void;

/** How long a refusal's body may be; only its message is read. */
const maxRefusalBytes = 1024 * 1024;
/** A peer that vanished is noticed some ten seconds later. */
const keepAliveMs = 30_000;

/**
 * Sends one request and hands on its answer piece by piece. Resolves at the end of a good answer, or to a whole answer
 * that is none. Throws as `sendRequest` does, and what `onChunk` throws.
 */
export async function streamRequest(
  tools: HttpTools,
  request: HttpRequest,
  bounds: StreamBounds,
  onChunk: OnChunk,
): Promise<HttpResponse | undefined> {
  for (;;) {
    const result = await streamOnce(tools, request, bounds, onChunk);
    if (result !== "stale") return result;
  }
}

/** `stale`: the server had closed a connection that we kept, most likely before it could read the request. */
async function streamOnce(
  { agent, maxResponseBytes }: HttpTools,
  { method, url, headers, body }: HttpRequest,
  bounds: StreamBounds,
  onChunk: OnChunk,
): Promise<HttpResponse | undefined | "stale"> {
  const { signal } = bounds;
  signal?.throwIfAborted();
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  const request = send(url, { method, headers, agent });
  request.on("socket", (socket) => socket.setKeepAlive(true, keepAliveMs));
  const watchdog = createWatchdog(bounds, () => request.destroy());
  const abort = () => request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  let response: IncomingMessage | undefined;
  try {
    response = await readHead(request, body);
    if (!isGood(response)) return await readRefusal(response, Math.min(maxResponseBytes, maxRefusalBytes));
    watchdog.moved();
    bounds.onOpen?.();
    await readChunks(response, onChunk, watchdog.moved);
    return undefined;
  } catch (error) {
    if (error instanceof ReaderFault) throw error.cause;
    signal?.throwIfAborted();
    if (watchdog.late() !== undefined) throw watchdog.late();
    if (request.reusedSocket && response === undefined && wasCut(error)) return "stale";
    throw error instanceof KubeError ? error : connectionFault(error);
  } finally {
    watchdog.stop();
    signal?.removeEventListener("abort", abort);
    // Without this a late error would end the process.
    request.on("error", () => {});
  }
}

function isGood({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300 && /^application\/json\b/.test(headers["content-type"] ?? "");
}

async function readRefusal(response: IncomingMessage, maxBytes: number): Promise<HttpResponse> {
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: await readBody(response, maxBytes) };
}

/** What the reader of the pieces threw, which is no fault of the connection. */
class ReaderFault extends Error {}

async function readChunks(response: IncomingMessage, onChunk: OnChunk, onMoved: () => void): Promise<void> {
  for await (const chunk of response as AsyncIterable<Buffer>) {
    onMoved();
    try {
      onChunk(chunk);
    } catch (cause) {
      throw new ReaderFault("", { cause });
    }
  }
}
