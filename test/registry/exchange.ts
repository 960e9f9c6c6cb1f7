import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../src/lib/clock.ts";
import type { Access } from "./access.ts";
import type { Fault } from "./fault.ts";
import type { Rate } from "./rate.ts";
import type { Store } from "./store.ts";
import type { OpenRequest, TrafficRecord } from "./traffic-record.ts";

/** What every request of one registry shares. */
export interface Backend {
  readonly clock: Clock;
  readonly store: Store;
  readonly access: Access;
  readonly record: TrafficRecord;
  /** The limit that all bodies share, if there is one now. */
  sharedRate(): Rate | undefined;
}

/** One request and its answer. */
export interface Exchange {
  readonly backend: Backend;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly entry: OpenRequest;
  /** Aborts as soon as the connection is gone. */
  readonly signal: AbortSignal;
  readonly fault: Fault | undefined;
}

/** Answers with an error as the distribution API writes it. */
export function answerError(exchange: Exchange, status: number, code: string, headers = {}): void {
  answerJson(exchange, status, { errors: [{ code, message: code.toLowerCase() }] }, headers);
}

export function answerJson(exchange: Exchange, status: number, content: unknown, headers = {}): void {
  exchange.response.writeHead(status, { "content-type": "application/json", ...headers });
  exchange.response.end(exchange.request.method === "HEAD" ? undefined : JSON.stringify(content));
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
