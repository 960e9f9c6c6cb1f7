import { once } from "node:events";
import { TLSSocket } from "node:tls";
import type { Exchange } from "./exchange.ts";
import type { Rate } from "./rate.ts";
import { createRate } from "./rate.ts";

const maxChunkBytes = 64 * 1024;
const chunksPerSecond = 20;

/** How much of a body is sent, and what comes after it. */
export interface BodyPlan {
  readonly bytes: Buffer;
  /** What the Content-Length says. */
  readonly declaredBytes: number;
  readonly end: "complete" | "hang" | "reset" | "close";
}

/** The body that a fault leaves of a healthy one. */
export function decideBody(body: Buffer, fault: Exchange["fault"]): BodyPlan {
  const healthy: BodyPlan = { bytes: body, declaredBytes: body.length, end: "complete" };
  switch (fault?.kind) {
    case "hang-body":
      return { ...healthy, bytes: body.subarray(0, fault.afterBytes), end: "hang" };
    case "reset":
      return { ...healthy, bytes: body.subarray(0, fault.afterBytes), end: "reset" };
    case "truncate": {
      const bytes = body.subarray(0, fault.afterBytes);
      if (fault.contentLength === "short") return { bytes, declaredBytes: bytes.length, end: "complete" };
      return { ...healthy, bytes, end: "close" };
    }
    default:
      return healthy;
  }
}

/** Sends a planned body, whose headers are written. A hang leaves the response open until its connection is gone. */
export async function sendBody(exchange: Exchange, plan: BodyPlan): Promise<void> {
  const { response } = exchange;
  response.flushHeaders();
  await sendBytes(exchange, plan.bytes);
  if (plan.end === "complete") response.end();
  if (plan.end === "close") response.socket?.end();
  if (plan.end === "reset") resetConnection(exchange);
}

/** Ends the connection with a TCP reset; over TLS by closing it without a word. */
export function resetConnection(exchange: Exchange): void {
  const socket = exchange.response.socket;
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

async function sendBytes(exchange: Exchange, bytes: Buffer): Promise<void> {
  const { backend, entry, response, signal } = exchange;
  const rates = exchangeRates(exchange);
  const slowest = Math.min(...rates.map((rate) => rate.bytesPerSecond / chunksPerSecond), maxChunkBytes);
  const chunkBytes = Math.max(1, Math.floor(slowest));
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    const chunk = bytes.subarray(offset, offset + chunkBytes);
    for (const rate of rates) await rate.take(chunk.length, signal);
    const flushed = response.write(chunk);
    backend.record.sent(entry, chunk.length);
    if (!flushed) await once(response, "drain", { signal });
    signal.throwIfAborted();
  }
}

function exchangeRates({ backend, fault }: Exchange): Rate[] {
  const shared = backend.sharedRate();
  const own = fault?.kind === "slow" ? createRate(fault.bytesPerSecond, backend.clock) : undefined;
  return [shared, own].filter((rate) => rate !== undefined);
}
