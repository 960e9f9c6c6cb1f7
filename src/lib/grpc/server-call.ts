import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { encodeFrame } from "./frame.ts";
import { type ByteBudget, createMessageReader } from "./message-reader.ts";
import { GrpcError, wireCode, wireMessage } from "./status.ts";

/**
 * Serves one method, unary or client-streaming: gets the messages as they arrive, resolves to the one of the
 * answer. Throws a `GrpcError` to end the call with its status; anything else ends it INTERNAL.
 */
export type GrpcHandler = (messages: AsyncIterable<Buffer>) => Promise<Uint8Array>;

export interface CallLimits {
  readonly maxMessageBytes: number;
  /** From a message's first byte to its last one. */
  readonly messageTimeoutMs: number;
  /** The whole call, however long its stream. */
  readonly callTimeoutMs: number;
}

/** Which handler takes a call. Throws a `GrpcError` where none does. */
export type Route = (headers: IncomingHttpHeaders) => GrpcHandler;

/** Answers one call; never throws. Resolves when its handler has ended. */
export async function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  route: Route,
  limits: CallLimits,
  budget: ByteBudget,
): Promise<void> {
  const late = (what: string, timeoutMs: number) =>
    endWith(stream, new GrpcError("DEADLINE_EXCEEDED", `${what} took longer than ${timeoutMs} ms`));
  const callTimer = setTimeout(late, limits.callTimeoutMs, "the call", limits.callTimeoutMs);
  try {
    const handler = route(headers);
    const answer = await handler(readMessages(stream, limits, budget, late));
    respond(stream, answer);
  } catch (error) {
    endWith(stream, error);
  } finally {
    clearTimeout(callTimer);
  }
}

async function* readMessages(
  stream: ServerHttp2Stream,
  limits: CallLimits,
  budget: ByteBudget,
  late: (what: string, timeoutMs: number) => void,
): AsyncGenerator<Buffer> {
  const { messageTimeoutMs } = limits;
  const reader = createMessageReader(limits.maxMessageBytes, budget);
  let timer: NodeJS.Timeout | undefined;
  try {
    // The stream must outlive the handler: its status is still to be sent.
    for await (const piece of stream.iterator({ destroyOnReturn: false })) {
      const messages = reader.push(piece);
      if (messages.length > 0 || !reader.partial) {
        clearTimeout(timer);
        timer = undefined;
      }
      if (reader.partial) timer ??= setTimeout(late, messageTimeoutMs, "a message", messageTimeoutMs);
      yield* messages;
    }
    if (reader.partial) throw new GrpcError("INVALID_ARGUMENT", "the stream ends inside a message");
  } finally {
    clearTimeout(timer);
    reader.dispose();
  }
}

const answerHeaders = { ":status": 200, "content-type": "application/grpc" } as const;

function respond(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(answerHeaders, { waitForTrailers: true });
  stream.once("wantTrailers", () => {
    stream.sendTrailers({ "grpc-status": "0" });
    endReading(stream);
  });
  stream.end(encodeFrame(message));
}

function endWith(stream: ServerHttp2Stream, error: unknown): void {
  if (stream.destroyed || stream.headersSent) return;
  const { code, message } =
    error instanceof GrpcError ? error : new GrpcError("INTERNAL", "the server failed on this call");
  const status = { "grpc-status": wireCode(code), "grpc-message": wireMessage(message) };
  stream.respond({ ...answerHeaders, ...status }, { endStream: true });
  endReading(stream);
}

/**
 * After the answer: the client may still be sending, and that it need not go on is said with NO_ERROR
 * (RFC 9113, 8.1). Said at once it would overtake the answer.
 */
export function endReading(stream: ServerHttp2Stream): void {
  if (stream.readableEnded) return;
  stream.resume();
  setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
}
