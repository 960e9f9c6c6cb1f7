import { printable } from "../../src/lib/printable.ts";
import { isManifest } from "./blob.ts";
import type { Blob, BuiltImage } from "./build.ts";

export interface PushRequest {
  /** `host:port` of a registry that speaks plain HTTP. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly image: BuiltImage;
  readonly username?: string;
  readonly password?: string;
  /** For each request; 60 s where it is absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Puts an image and all that it refers to into a registry by the distribution API. What the registry has is not
 * sent again. Throws an error that names the request, the registry's answer and no credential.
 */
export async function pushImage(request: PushRequest): Promise<void> {
  for (const blob of request.image.blobs) {
    if (isManifest(blob)) await pushManifest(request, blob, blob.digest);
    else await pushBlob(request, blob);
  }
  await pushManifest(request, request.image.manifest, request.tag);
}

async function pushBlob(request: PushRequest, blob: Blob): Promise<void> {
  const head = await send(request, "HEAD", repositoryUrl(request, `blobs/${blob.digest}`), [200, 404]);
  if (head.status === 200) return;
  const started = await send(request, "POST", repositoryUrl(request, "blobs/uploads/"), [202]);
  const location = started.headers.get("location");
  if (location === null) {
    throw new Error(`the registry ${request.registry} began an upload without saying where (no Location)`);
  }
  const url = new URL(location, repositoryUrl(request, ""));
  url.searchParams.set("digest", blob.digest);
  await send(request, "PUT", url, [201], { body: blob.bytes, mediaType: "application/octet-stream" });
}

async function pushManifest(request: PushRequest, blob: Blob, reference: string): Promise<void> {
  const url = repositoryUrl(request, `manifests/${reference}`);
  await send(request, "PUT", url, [201], { body: blob.bytes, mediaType: blob.mediaType });
}

function repositoryUrl(request: PushRequest, path: string): URL {
  return new URL(`http://${request.registry}/v2/${request.repository}/${path}`);
}

interface Content {
  readonly body: Buffer;
  readonly mediaType: string;
}

async function send(
  request: PushRequest,
  method: string,
  url: URL,
  expected: readonly number[],
  content?: Content,
): Promise<Response> {
  const timeout = AbortSignal.timeout(request.timeoutMs ?? 60_000);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
  const what = `${method} ${url.pathname} at ${request.registry}`;
  try {
    const response = await fetch(url, {
      method,
      signal,
      headers: requestHeaders(request, content),
      ...(content === undefined ? {} : { body: new Uint8Array(content.body) }),
    });
    const text = await response.text();
    if (expected.includes(response.status)) return response;
    throw new Error(`answered ${response.status} instead of ${expected.join(" or ")}: ${text}`);
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new Error(`${what}: ${printable(reason(error), 300)}`, { cause: error });
  }
}

function requestHeaders(request: PushRequest, content: Content | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (content !== undefined) headers["content-type"] = content.mediaType;
  if (request.username !== undefined) {
    const credentials = Buffer.from(`${request.username}:${request.password ?? ""}`).toString("base64");
    headers["authorization"] = `Basic ${credentials}`;
  }
  return headers;
}

/** Fetch says only "fetch failed" and puts what happened into the cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
