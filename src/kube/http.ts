import type { ClientRequest, Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { CallBounds } from "../lib/call-bounds.ts";
import { formatDuration } from "../lib/duration.ts";
import { describeConnectionFault } from "./connection-fault.ts";
import { KubeError } from "./errors.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Done twice it comes to the same as once. */
  readonly repeatable: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The bounds of a call that has begun: further requests of it do not begin anew. */
export interface CallLimit extends CallBounds {
  /** As `performance.now()` counts. */
  readonly endMs: number;
}

export interface HttpTools {
  readonly agent: HttpAgent;
  readonly maxResponseBytes: number;
}

/**
 * One request and its whole answer, whatever its status. Throws a `KubeError` `timeout`, `unavailable` or
 * `unknown` (an answer too large), or the signal's reason where that ended the call.
 */
export async function sendRequest(
  tools: HttpTools,
  request: HttpRequest,
  limit: CallLimit,
): Promise<HttpResponse> {
  for (;;) {
    const response = await sendOnce(tools, request, limit);
    if (response !== undefined) return response;
  }
}

/** Undefined: the server had closed a connection that we kept, most likely before it could read the request. */
async function sendOnce(
  { agent, maxResponseBytes }: HttpTools,
  { method, url, headers, body, repeatable }: HttpRequest,
  { endMs, timeoutMs, signal }: CallLimit,
): Promise<HttpResponse | undefined> {
  signal?.throwIfAborted();
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  const request = send(url, { method, headers, agent });
  let late: KubeError | undefined;
  const expire = () => {
    late = noAnswer(timeoutMs);
    request.destroy();
  };
  const deadline = setTimeout(expire, Math.max(1, endMs - performance.now()));
  const abort = () => request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  let response: IncomingMessage | undefined;
  try {
    response = await readHead(request, body);
    const { statusCode: status = 0 } = response;
    return { status, headers: response.headers, body: await readBody(response, maxResponseBytes) };
  } catch (error) {
    signal?.throwIfAborted();
    if (late !== undefined) throw late;
    if (repeatable && request.reusedSocket && response === undefined && wasCut(error)) return undefined;
    throw error instanceof KubeError ? error : connectionFault(error);
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener("abort", abort);
    // Without this a late error would end the process.
    request.on("error", () => {});
  }
}

/** Whether a connection was closed by the other side. */
export function wasCut(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ECONNRESET", "EPIPE"].includes(String(error.code));
}

/** Sends a request and waits for the head of its answer. */
export function readHead(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    request.end(body);
  });
}

/** The whole body of an answer; throws a `KubeError` where it is too large. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new KubeError(`the answer has more than ${maxBytes} bytes`, { kind: "unknown" });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The error of an answer that did not come in time. */
export function noAnswer(timeoutMs: number): KubeError {
  return new KubeError(`no answer within ${formatDuration(timeoutMs)}`, { kind: "timeout" });
}

/** The error of a connection that failed. */
export function connectionFault(cause: unknown): KubeError {
  return new KubeError(describeConnectionFault(cause), { kind: "unavailable", cause });
}
