import type { Blob } from "../../lab/images/blob.ts";
import type { Exchange } from "./exchange.ts";
import { answerError } from "./exchange.ts";
import { decideBody, sendBody } from "./send-body.ts";

/** Answers GET and HEAD of a manifest, by tag or digest. */
export async function serveManifest(exchange: Exchange): Promise<void> {
  const { backend, entry } = exchange;
  const blob = backend.store.manifest(entry.repository, entry.reference);
  if (blob === undefined) return answerError(exchange, 404, "MANIFEST_UNKNOWN");
  await serve(exchange, blob, wholeOf(blob.bytes.length));
}

/** Answers GET and HEAD of a blob, whole or the one range that is asked for. */
export async function serveBlob(exchange: Exchange): Promise<void> {
  const { backend, entry, request } = exchange;
  const blob = backend.store.blob(entry.repository, entry.reference);
  if (blob === undefined) return answerError(exchange, 404, "BLOB_UNKNOWN");
  const range = parseRange(request.headers.range, blob.bytes.length);
  if (range === undefined) {
    return answerError(exchange, 416, "RANGE_INVALID", { "content-range": `bytes */${blob.bytes.length}` });
  }
  await serve(exchange, blob, range);
}

/** Bytes from `from` up to, not including, `to`. */
interface ByteRange {
  readonly from: number;
  readonly to: number;
  /** Whether it was asked for, which makes the answer a 206 even where it is all. */
  readonly partial: boolean;
}

function wholeOf(sizeBytes: number): ByteRange {
  return { from: 0, to: sizeBytes, partial: false };
}

/** `bytes=N-` and `bytes=N-M` (RFC 9110 §14.1.2); anything else is taken as no range. Undefined: beyond the end. */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? "");
  if (match === null) return wholeOf(sizeBytes);
  const from = Number(match[1]);
  const to = match[2] === "" ? sizeBytes : Math.min(Number(match[2]) + 1, sizeBytes);
  return from < to ? { from, to, partial: true } : undefined;
}

async function serve(exchange: Exchange, blob: Blob, range: ByteRange): Promise<void> {
  const { fault, request, response } = exchange;
  const whole = fault?.kind === "corrupt" ? flipMiddleByte(blob.bytes) : blob.bytes;
  const plan = decideBody(whole.subarray(range.from, range.to), fault);
  response.writeHead(range.partial ? 206 : 200, {
    "content-type": blob.mediaType,
    "content-length": plan.declaredBytes,
    "docker-content-digest": blob.digest,
    "accept-ranges": "bytes",
    ...(range.partial ? { "content-range": `bytes ${range.from}-${range.to - 1}/${whole.length}` } : {}),
  });
  if (request.method === "HEAD") response.end();
  else await sendBody(exchange, plan);
}

function flipMiddleByte(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  const middle = Math.floor(flipped.length / 2);
  flipped[middle] = (flipped[middle] ?? 0) ^ 0xff;
  return flipped;
}
