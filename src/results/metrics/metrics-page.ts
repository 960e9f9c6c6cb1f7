import type { ServerResponse } from "node:http";
import { chooseFormat } from "./accept.ts";
import { encodeBlocks } from "./encode-blocks.ts";
import { expositionTypes, renderExposition } from "./exposition.ts";
import { type HttpHandler, sendText } from "./http-server.ts";
import { createMetricFamilies } from "./metric-families.ts";
import type { ResultMemory } from "./result-memory.ts";

/** `/metrics`: the results as a JSON array, or what Prometheus reads where that is asked for. */
export function createMetricsPage(
  { store, totals }: ResultMemory,
  authorize: (authorization: string | undefined) => boolean,
): HttpHandler {
  return async (request, response) => {
    if (!authorize(request.headers.authorization)) return refuse(response);
    response.setHeader("vary", "accept");
    response.setHeader("x-content-type-options", "nosniff");
    const format = chooseFormat(request.headers.accept);
    if (format === "json") return await sendJson(request.method, response, store.entries());
    const text = renderExposition(createMetricFamilies(totals, store), format);
    response.setHeader("content-type", expositionTypes[format]);
    response.end(text);
  };
}

function refuse(response: ServerResponse): void {
  response.setHeader("www-authenticate", "Bearer");
  sendText(response, 401, "a valid token is needed: authorization: Bearer TOKEN\n");
}

/** In blocks, as the client takes them: the whole text would double the memory. */
async function sendJson(
  method: string | undefined,
  response: ServerResponse,
  entries: readonly string[],
): Promise<void> {
  response.setHeader("content-type", "application/json");
  if (method === "HEAD") return void response.end();
  for (const block of encodeBlocks(jsonParts(entries))) await write(response, block);
  response.end();
}

/** Resolves when the system has the bytes, so that their buffer is free again. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function* jsonParts(entries: readonly string[]): Generator<string> {
  yield "[";
  for (const [index, entry] of entries.entries()) yield index === 0 ? entry : `,${entry}`;
  yield "]";
}
