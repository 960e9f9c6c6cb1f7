import type { ClientHttp2Session } from "node:http2";
import type { CallBounds } from "../call-bounds.ts";
import { longestTimerMs } from "../clock.ts";
import { formatDuration } from "../duration.ts";
import { callOnSession, type Metadata, type Request } from "./call.ts";
import { connectSession, type Target } from "./connection.ts";
import { destroyUnlessAlive } from "./liveness.ts";
import { GrpcError } from "./status.ts";
import { type SubscribeOptions, subscribeOnSession } from "./subscription.ts";

/** A gRPC client of one server. */
export interface Channel {
  /**
   * Sends one message, or all those of a stream, and resolves to the messages of the answer. Throws a
   * `GrpcError` or the signal's reason.
   */
  call(method: string, request: Request, bounds: CallBounds, metadata?: Metadata): Promise<Buffer[]>;
  /**
   * Sends one message and hears those of the answer as they come, on the connection of the calls, until the server
   * ends it well. Throws a `GrpcError`, what `onMessage` threw, or the signal's reason.
   */
  subscribe(method: string, request: Uint8Array, options: SubscribeOptions): Promise<void>;
  close(): void;
}

export interface ChannelOptions {
  readonly target: Target;
  /** How long one connection may take until the server has spoken. */
  readonly connectTimeoutMs?: number;
  /** How long the server may take to show that it is alive after a call met its deadline. */
  readonly probeTimeoutMs?: number;
}

const defaultConnectTimeoutMs = 5000;

//  idle ──call──► connecting ──SETTINGS──► ready ──close, GOAWAY, no sign of life──► idle
//                     └────error, timeout────► idle
//
// A call never waits on a connection that someone else broke: each connection has its own timeout, and a
// failed one is forgotten, so that the next call starts anew (grpc-node#2785: a channel that stays
// "connecting" after the server restarted).
export function createChannel(options: ChannelOptions): Channel {
  const { target, connectTimeoutMs = defaultConnectTimeoutMs, probeTimeoutMs = 2000 } = options;
  let current: Promise<ClientHttp2Session> | undefined;
  let abandon = new AbortController();

  const forget = (session: ClientHttp2Session, connecting: Promise<ClientHttp2Session>) => {
    if (current === connecting) current = undefined;
    if (!session.destroyed) session.close();
  };

  const open = (): Promise<ClientHttp2Session> => {
    abandon = new AbortController();
    const connecting = connectSession({ target, timeoutMs: connectTimeoutMs, signal: abandon.signal });
    current = connecting;
    connecting.then(
      (session) => {
        session.once("close", () => forget(session, connecting));
        session.once("goaway", () => forget(session, connecting));
        if (session.destroyed) forget(session, connecting);
      },
      () => {
        if (current === connecting) current = undefined;
      },
    );
    return connecting;
  };

  const callOnce: Channel["call"] = async (method, request, bounds, metadata = {}) => {
    const startMs = performance.now();
    const connecting = current ?? open();
    const session = await withinBounds(connecting, bounds);
    const timeoutMs = Math.max(1, bounds.timeoutMs - (performance.now() - startMs));
    try {
      return await callOnSession(session, method, request, { ...bounds, timeoutMs }, metadata);
    } catch (error) {
      const unanswered = error instanceof GrpcError ? error.code === "DEADLINE_EXCEEDED" : true;
      if (unanswered) void destroyUnlessAlive(session, probeTimeoutMs);
      // It takes no more calls; those that are on it may still end well.
      if (error instanceof GrpcError && error.refused) forget(session, connecting);
      throw error;
    }
  };

  return {
    async call(method, request, bounds, metadata) {
      try {
        return await callOnce(method, request, bounds, metadata);
      } catch (error) {
        if (!(error instanceof GrpcError) || !error.refused) throw error;
        return await callOnce(method, request, bounds, metadata);
      }
    },
    async subscribe(method, request, options) {
      const { signal, connectTimeoutMs: timeoutMs = defaultConnectTimeoutMs } = options;
      const session = await withinBounds(current ?? open(), { timeoutMs, signal });
      await subscribeOnSession(session, method, request, options);
    },
    close() {
      current = undefined;
      abandon.abort();
    },
  };
}

async function withinBounds<T>(promise: Promise<T>, bounds: CallBounds): Promise<T> {
  const { signal, timeoutMs } = bounds;
  signal?.throwIfAborted();
  let stop = () => {};
  const bounded = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new GrpcError("DEADLINE_EXCEEDED", `not connected within ${formatDuration(Math.round(timeoutMs))}`),
        ),
      Math.min(timeoutMs, longestTimerMs),
    );
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
  });
  try {
    return await Promise.race([promise, bounded]);
  } finally {
    stop();
  }
}
