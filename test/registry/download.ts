import type { IncomingHttpHeaders } from "node:http";
import { get } from "node:http";

/** What came over the wire of one GET, however it ended. */
export interface Download {
  /** 0 where no answer came. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The code of the system's error: `ECONNRESET`; `timeout` where the given time passed. */
  readonly failure: string | undefined;
  readonly durationMs: number;
}

/** GETs a URL on a connection of its own, follows no redirect, and never rejects. */
export function download(
  url: string,
  headers: Record<string, string> = {},
  timeoutMs = 5000,
): Promise<Download> {
  const startMs = performance.now();
  const chunks: Buffer[] = [];
  let status = 0;
  let received: IncomingHttpHeaders = {};
  return new Promise((resolve) => {
    const finish = (failure: string | undefined) => {
      clearTimeout(timer);
      const durationMs = performance.now() - startMs;
      resolve({ status, headers: received, bytes: Buffer.concat(chunks), failure, durationMs });
    };
    const fail = (error: NodeJS.ErrnoException) => finish(error.code ?? error.message);
    const request = get(url, { headers, agent: false }, (response) => {
      status = response.statusCode ?? 0;
      received = response.headers;
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => finish(undefined));
      response.on("error", fail);
    });
    request.on("error", fail);
    const timer = setTimeout(() => {
      finish("timeout");
      request.destroy();
    }, timeoutMs);
  });
}
