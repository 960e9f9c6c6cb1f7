import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { constants } from "node:http2";
import type { CallBounds } from "../call-bounds.ts";
import { longestTimerMs } from "../clock.ts";
import { formatDuration } from "../duration.ts";
import { decodeFrames, encodeFrame } from "./frame.ts";
import { GrpcError, statusCode, statusMessage } from "./status.ts";

/**
 * The largest response we take: what the kubelet and containerd allow each other. Node's own gRPC library
 * stops at 4 MiB, less than ListImages of a full node.
 */
export const maxMessageBytes = 16 * 1024 * 1024;

export type Metadata = Readonly<Record<string, string>>;

/** One message, or the messages of a client's stream. */
export type Request = Uint8Array | readonly Uint8Array[];

/**
 * One call on a connected session: sends its messages, resolves to the messages of the answer. Throws a
 * `GrpcError`, or the signal's reason where that ended the call.
 */
export async function callOnSession(
  session: ClientHttp2Session,
  method: string,
  request: Request,
  bounds: CallBounds,
  metadata: Metadata,
): Promise<Buffer[]> {
  bounds.signal?.throwIfAborted();
  const stream = openStream(session, method, bounds.timeoutMs, metadata);
  const deadline = setTimeout(
    () =>
      stream.destroy(
        new GrpcError(
          "DEADLINE_EXCEEDED",
          `no answer within ${formatDuration(Math.round(bounds.timeoutMs))}`,
        ),
      ),
    Math.min(bounds.timeoutMs, longestTimerMs),
  );
  const abort = () => stream.close(constants.NGHTTP2_CANCEL);
  bounds.signal?.addEventListener("abort", abort, { once: true });
  try {
    const messages = request instanceof Uint8Array ? [request] : request;
    stream.end(Buffer.concat(messages.map(encodeFrame)));
    return await readAnswer(session, stream);
  } catch (error) {
    bounds.signal?.throwIfAborted();
    throw asGrpcError(error, stream.rstCode === constants.NGHTTP2_REFUSED_STREAM);
  } finally {
    clearTimeout(deadline);
    bounds.signal?.removeEventListener("abort", abort);
    if (!stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
  }
}

/** Opens the stream of a call, which tells the server its deadline where it has one. Throws a `GrpcError`. */
export function openStream(
  session: ClientHttp2Session,
  method: string,
  timeoutMs: number | undefined,
  metadata: Metadata,
): ClientHttp2Stream {
  try {
    return session.request({
      ...metadata,
      ":method": "POST",
      ":path": method,
      "content-type": "application/grpc",
      te: "trailers",
      ...(timeoutMs !== undefined && { "grpc-timeout": wireTimeout(timeoutMs) }),
    });
  } catch (error) {
    throw asGrpcError(error, true);
  }
}

/** At most eight digits (the gRPC wire format), so long deadlines are said in seconds. */
function wireTimeout(timeoutMs: number): string {
  return timeoutMs < 1e8 ? `${Math.ceil(timeoutMs)}m` : `${Math.ceil(timeoutMs / 1000)}S`;
}

function readAnswer(session: ClientHttp2Session, stream: ClientHttp2Stream): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let status: IncomingHttpHeaders = {};
    stream.on("response", (headers) => {
      status = headers;
    });
    stream.on("trailers", (headers) => {
      status = headers;
    });
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes > maxMessageBytes) {
        stream.destroy(
          new GrpcError("RESOURCE_EXHAUSTED", `the answer is larger than ${maxMessageBytes} bytes`),
        );
      }
    });
    stream.on("error", reject);
    stream.on("close", () => {
      // The server knows the deadline, too, and may reset the stream before our own timer says a word.
      const gaveUp = stream.rstCode === constants.NGHTTP2_CANCEL && !session.destroyed;
      try {
        throwOnStatus(status, gaveUp);
        resolve(decodeFrames(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Throws the `GrpcError` of an answer whose last headers say anything but OK. */
export function throwOnStatus(headers: IncomingHttpHeaders, gaveUp: boolean): void {
  const wire = headers["grpc-status"];
  if (wire === undefined && gaveUp) throw new GrpcError("CANCELLED", "the server gave up the call");
  if (wire === undefined) throw new GrpcError("UNAVAILABLE", "the connection closed before the answer");
  const code = statusCode(String(wire));
  if (code === "OK") return;
  throw new GrpcError(code, statusMessage(headers["grpc-message"]?.toString()), { fromServer: true });
}

/** What Node's http2 throws means that this call did not reach its answer over this connection. */
export function asGrpcError(error: unknown, refused: boolean): GrpcError {
  if (error instanceof GrpcError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new GrpcError("UNAVAILABLE", text, { cause: error, refused });
}
