import type { CallBounds } from "../lib/call-bounds.ts";
import type { Metadata } from "../lib/grpc/call.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import { GrpcError } from "../lib/grpc/status.ts";
import { runtimeErrorFrom } from "./classify.ts";

/** How one message is written and read. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** Calls one method by its path. Throws a `RuntimeError`, or the signal's reason where that ended the call. */
type Call<Answer> = <Request, Response>(
  method: string,
  codecs: readonly [Codec<Request>, Codec<Response>],
  request: Request,
  bounds: CallBounds,
  metadata?: Metadata,
) => Promise<Answer extends "one" ? Response : Response[]>;

/** A call of one message with one message for an answer. */
export type UnaryCall = Call<"one">;

/** A call of one message whose answer is a stream that ends. */
export type ListCall = Call<"many">;

/** Calls whose answers are collected; `standing` metadata goes with each. */
export function createListCall(channel: Pick<Channel, "call">, standing?: Metadata): ListCall {
  return async (method, codecs, request, bounds, metadata) => {
    try {
      const bytes = codecs[0].encode(request).finish();
      const messages = await channel.call(method, bytes, bounds, { ...standing, ...metadata });
      return messages.map((message) => codecs[1].decode(message));
    } catch (error) {
      bounds.signal?.throwIfAborted();
      throw runtimeErrorFrom(error, lastPart(method));
    }
  };
}

/** Calls with one answer; `standing` metadata goes with each. */
export function createUnaryCall(channel: Pick<Channel, "call">, standing?: Metadata): UnaryCall {
  const list = createListCall(channel, standing);
  return async (method, codecs, request, bounds, metadata) => {
    const [message] = await list(method, codecs, request, bounds, metadata);
    if (message !== undefined) return message;
    throw runtimeErrorFrom(new GrpcError("INTERNAL", "the answer holds no message"), lastPart(method));
  };
}

function lastPart(method: string): string {
  return method.slice(method.lastIndexOf("/") + 1);
}
