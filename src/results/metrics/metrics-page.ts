import type { ServerResponse } from "node:http";
import { chooseFormat } from "./accept.ts";
import { expositionTypes, renderExposition } from "./exposition.ts";
import { type HttpHandler, sendText } from "./http-server.ts";
import { createMetricFamilies } from "./metric-families.ts";
import type { ResultMemory } from "./result-memory.ts";

// More than the longest entry: its texts are bounded, and JSON makes at most six characters of one.
const maxBlockLength = 32 * 1024;
const bytesPerCharacter = 3;

/** `/metrics`: the results as a JSON array, or what Prometheus reads where that is asked for. */
export function createMetricsPage(
  { store, totals }: ResultMemory,
  authorize: (authorization: string | undefined) => boolean,
): HttpHandler {
  return async (request, response) => {
    if (!authorize(request.headers.authorization)) return refuse(response);
    response.setHeader("vary", "accept");
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

/**
 * In blocks, as the client takes them: the whole text would double the memory. One buffer serves all blocks,
 * since garbage of this size piles up outside of the heap before it is collected.
 */
async function sendJson(
  method: string | undefined,
  response: ServerResponse,
  entries: readonly string[],
): Promise<void> {
  response.setHeader("content-type", "application/json");
  if (method === "HEAD") return void response.end();
  const buffer = Buffer.allocUnsafeSlow(bytesPerCharacter * maxBlockLength);
  for (const block of jsonBlocks(entries)) {
    await write(response, buffer.subarray(0, buffer.write(block)));
  }
  response.end();
}

/** Resolves when the system has the bytes, so that their buffer is free again. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function* jsonBlocks(entries: readonly string[]): Generator<string> {
  let block = "[";
  for (const [index, entry] of entries.entries()) {
    if (block.length + entry.length + 2 > maxBlockLength) {
      yield block;
      block = "";
    }
    block += index === 0 ? entry : `,${entry}`;
  }
  yield `${block}]`;
}
