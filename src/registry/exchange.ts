import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { formatDuration } from "../lib/duration.ts";
import { connectionFault } from "./connection-fault.ts";
import { RegistryError } from "./errors.ts";

/** One request. */
export interface Exchange {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Its whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The bounds of a call that has begun: further requests of it do not begin anew. */
export interface Deadline {
  /** As `performance.now()` counts. */
  readonly endMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The connections to registries, by whether they speak TLS. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

// OCI asks registries to take manifests of 4 MiB.
const maxBodyBytes = 4 * 1024 * 1024;
const maxConnections = 8;

/** Agents that ask no host for too much at once. */
export function createAgents(ca: string | undefined): Agents {
  const shared = { keepAlive: false, maxSockets: maxConnections };
  return {
    http: new HttpAgent(shared),
    https: new HttpsAgent({ ...shared, ...(ca !== undefined && { ca }) }),
  };
}

/**
 * One request and its whole answer, whatever its status. Throws a `RegistryError` `timeout`, `unavailable` or `unknown`
 * (an answer too large), or the signal's reason.
 */
export async function exchange(agents: Agents, sent: Exchange, deadline: Deadline): Promise<Answer> {
  const { endMs, timeoutMs, signal } = deadline;
  signal?.throwIfAborted();
  const { method, url, headers } = sent;
  const isPlain = url.protocol === "http:";
  const request = isPlain
    ? httpRequest(url, { method, headers, agent: agents.http })
    : httpsRequest(url, { method, headers, agent: agents.https });
  let isLate = false;
  const expire = () => {
    isLate = true;
    request.destroy();
  };
  const timer = setTimeout(expire, Math.max(1, endMs - performance.now()));
  const abort = () => request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const response = await readHead(request, sent.body);
    const body = await readBody(response);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  } catch (error) {
    signal?.throwIfAborted();
    if (isLate) throw new RegistryError(`no answer within ${formatDuration(timeoutMs)}`, { kind: "timeout" });
    throw error instanceof RegistryError ? error : connectionFault(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    // Without this a late error would end the process.
    request.on("error", () => {});
  }
}

function readHead(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    // A change of the protocol ends the connection without an answer or an error.
    request.once("close", () => reject(new Error("it ended without an answer")));
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) {
      throw new RegistryError(`the answer has more than ${maxBodyBytes} bytes`, { kind: "unknown" });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
