import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { constants } from "node:http2";
import { asGrpcError, callOnSession, type Metadata, openStream, throwOnStatus } from "./call.ts";
import { encodeFrame } from "./frame.ts";
import { destroyUnlessAlive } from "./liveness.ts";
import { createByteBudget, createMessageReader } from "./message-reader.ts";
import { GrpcError } from "./status.ts";

export interface SubscribeOptions {
  readonly signal: AbortSignal;
  /** Gets each message; it must not be kept, for it may be a part of a larger buffer. */
  onMessage(message: Buffer): void;
  /**
   * The server has the request and answers on this connection. gRPC servers say nothing of a stream until its first
   * message, so that another call's answer has to tell.
   */
  onOpen?(): void;
  readonly metadata?: Metadata;
  readonly connectTimeoutMs?: number;
  /** How often a stream that may rightly be silent is looked after. */
  readonly probeEveryMs?: number;
  /** How long the server may then take to answer. */
  readonly probeTimeoutMs?: number;
}

const maxMessageBytes = 4 * 1024 * 1024;
const defaultProbeEveryMs = 45_000;
const defaultProbeTimeoutMs = 10_000;

/**
 * One call whose answer is a stream without a deadline, on a connected session. Resolves when the server ends it well.
 * Throws a `GrpcError` (UNAVAILABLE where the connection is lost or the server answers no other call on it), what
 * `onMessage` threw, or the signal's reason.
 */
export async function subscribeOnSession(
  session: ClientHttp2Session,
  method: string,
  request: Uint8Array,
  options: SubscribeOptions,
): Promise<void> {
  const { signal, probeTimeoutMs = defaultProbeTimeoutMs } = options;
  signal.throwIfAborted();
  const stream = openStream(session, method, undefined, options.metadata ?? {});
  const abort = () => stream.close(constants.NGHTTP2_CANCEL);
  signal.addEventListener("abort", abort, { once: true });
  // A server that goes away lets streams end by themselves, which this one would never do.
  const leave = () => stream.destroy(new GrpcError("UNAVAILABLE", "the server goes away"));
  session.once("goaway", leave);
  // A connection that takes no more calls cannot be asked; the next one can.
  const check = () => (session.closed ? leave() : void destroyUnlessAlive(session, probeTimeoutMs));
  const probe = setInterval(check, options.probeEveryMs ?? defaultProbeEveryMs);
  try {
    const ended = readMessages(session, stream, options);
    stream.end(encodeFrame(request));
    void announce(session, stream, probeTimeoutMs, options);
    await ended;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(probe);
    session.off("goaway", leave);
    signal.removeEventListener("abort", abort);
    if (!stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
  }
}

/** Calls `onOpen` once the server has answered a call that was sent after the stream was opened. */
async function announce(
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  timeoutMs: number,
  { onOpen, signal }: SubscribeOptions,
): Promise<void> {
  if (onOpen === undefined) return;
  try {
    await callOnSession(session, "/grpc.health.v1.Health/Check", new Uint8Array(), { timeoutMs, signal }, {});
  } catch (error) {
    if (!(error instanceof GrpcError)) return;
    // The channel must not offer this connection again.
    if (!error.fromServer) {
      session.destroy();
      return;
    }
  }
  if (!stream.closed && !stream.destroyed && !signal.aborted) onOpen();
}

function readMessages(
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  { onMessage }: SubscribeOptions,
): Promise<void> {
  const reader = createMessageReader(maxMessageBytes, createByteBudget(maxMessageBytes + 1024));
  return new Promise((resolve, reject) => {
    let status: IncomingHttpHeaders = {};
    let thrown: unknown;
    stream.on("response", (headers) => {
      status = headers;
    });
    stream.on("trailers", (headers) => {
      status = headers;
    });
    stream.on("data", (piece: Buffer) => {
      if (thrown !== undefined) return;
      try {
        for (const message of reader.push(piece)) onMessage(message);
      } catch (error) {
        thrown = error;
        stream.close(constants.NGHTTP2_CANCEL);
      }
    });
    stream.on("error", (error) => reject(asGrpcError(error, false)));
    stream.on("close", () => {
      const gaveUp = stream.rstCode === constants.NGHTTP2_CANCEL && !session.destroyed;
      reader.dispose();
      try {
        if (thrown !== undefined) throw thrown;
        throwOnStatus(status, gaveUp);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}
