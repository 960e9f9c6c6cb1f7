import type { CallBounds } from "../lib/call-bounds.ts";
import type { Clock } from "../lib/clock.ts";
import { parseAnswer } from "./answer.ts";
import type { KubeConfig } from "./config.ts";
import { KubeError } from "./errors.ts";
import { sendRequest } from "./http.ts";
import { createHttpAgent } from "./http-agent.ts";
import { type Call, createRequest, objectCall, type PatchOptions, patchCall, withCall } from "./request.ts";
import { type StreamBounds, streamRequest } from "./stream.ts";

/**
 * The API server. Paths begin with `/api/` or `/apis/`, and may have a query. Calls throw a `KubeError` or the
 * signal's reason; what they resolve to is JSON from outside, for the caller to check.
 */
export interface KubeClient {
  get(path: string, bounds: CallBounds): Promise<unknown>;
  post(path: string, body: unknown, bounds: CallBounds): Promise<unknown>;
  put(path: string, body: unknown, bounds: CallBounds): Promise<unknown>;
  patch(path: string, body: unknown, options: PatchOptions, bounds: CallBounds): Promise<unknown>;
  delete(path: string, bounds: CallBounds): Promise<unknown>;
  /**
   * Gets an answer piece by piece, and resolves at its end. What `onChunk` throws ends the stream and is thrown; a
   * chunk is only good during its call.
   */
  stream(path: string, bounds: StreamBounds, onChunk: (chunk: Buffer) => void): Promise<void>;
  /** Closes the connections that wait for calls; a later call opens a new one. */
  close(): void;
}

export interface KubeClientOptions {
  readonly config: KubeConfig;
  /** `prestow/VERSION`: what audit logs and field managers say of us. */
  readonly userAgent: string;
  readonly clock: Pick<Clock, "dateMs">;
  /** An answer that is larger fails the call; streams have no such bound. */
  readonly maxResponseBytes?: number;
}

type Attempt<T> = (token: string | undefined) => Promise<T>;

/**
 * A client that keeps its connections and reads its token anew when it is rotated or refused. Throws a
 * `ConfigError` for certificates that cannot be used.
 */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const { config, userAgent, clock } = options;
  const { server } = config;
  const tools = {
    agent: createHttpAgent(config),
    maxResponseBytes: options.maxResponseBytes ?? 16 * 1024 * 1024,
  };

  const loggedIn = async <T>(attempt: Attempt<T>): Promise<T> => {
    const token = await config.token?.read();
    try {
      return await attempt(token);
    } catch (error) {
      if (!(error instanceof KubeError) || error.kind !== "unauthorized") throw error;
      const fresh = await config.token?.readAgain();
      if (fresh === token) throw error;
      return await attempt(fresh);
    }
  };

  const named = async <T>(call: Call, attempt: Attempt<T>): Promise<T> => {
    try {
      return await loggedIn(attempt);
    } catch (error) {
      throw error instanceof KubeError ? withCall(error, call, server) : error;
    }
  };

  const send = (call: Call, bounds: CallBounds): Promise<unknown> => {
    const limit = { ...bounds, endMs: performance.now() + bounds.timeoutMs };
    return named(call, async (token) => {
      const request = createRequest(call, { server, userAgent, token });
      return parseAnswer(await sendRequest(tools, request, limit), clock.dateMs(), token);
    });
  };

  return {
    get: (path, bounds) => send({ method: "GET", path }, bounds),
    post: (path, body, bounds) => send(objectCall("POST", path, body), bounds),
    put: (path, body, bounds) => send(objectCall("PUT", path, body), bounds),
    patch: (path, body, patchOptions, bounds) => send(patchCall(path, body, patchOptions), bounds),
    delete: (path, bounds) => send({ method: "DELETE", path }, bounds),
    stream(path, bounds, onChunk) {
      const call = { method: "GET", path };
      return named(call, async (token) => {
        const request = createRequest(call, { server, userAgent, token });
        const refused = await streamRequest(tools, request, bounds, onChunk);
        if (refused !== undefined) parseAnswer(refused, clock.dateMs(), token);
      });
    },
    close: () => tools.agent.destroy(),
  };
}
