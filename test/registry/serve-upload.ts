import { randomUUID } from "node:crypto";
import type { Exchange } from "./exchange.ts";
import { answerError, readBody } from "./exchange.ts";

/** Begins an upload (POST), and takes all of a blob at once (PUT with its digest). */
export async function serveUpload(exchange: Exchange): Promise<void> {
  const { backend, entry, request, response, url } = exchange;
  const bytes = await readBody(request);
  if (request.method === "POST") {
    response.writeHead(202, { location: `/v2/${entry.repository}/blobs/uploads/${randomUUID()}` }).end();
    return;
  }
  if (request.method !== "PUT") return answerError(exchange, 405, "UNSUPPORTED");
  const digest = url.searchParams.get("digest") ?? "";
  const stored = backend.store.putBlob(entry.repository, digest, bytes);
  if (stored === undefined) return answerError(exchange, 400, "DIGEST_INVALID");
  response.writeHead(201, { location: `/v2/${entry.repository}/blobs/${digest}` }).end();
}

/** Stores a manifest under its digest and, where the path names one, its tag. */
export async function serveManifestPut(exchange: Exchange): Promise<void> {
  const { backend, entry, request, response } = exchange;
  const mediaType = request.headers["content-type"] ?? "";
  const bytes = await readBody(request);
  const stored = backend.store.putManifest(entry.repository, entry.reference, mediaType, bytes);
  response.writeHead(201, {
    location: `/v2/${entry.repository}/manifests/${stored.digest}`,
    "docker-content-digest": stored.digest,
  });
  response.end();
}
