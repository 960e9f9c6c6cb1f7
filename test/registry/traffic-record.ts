import type { ServerResponse } from "node:http";
import type { RegistryRequest } from "./request.ts";

/** A request under way, still to be completed. */
export type OpenRequest = { -readonly [Key in keyof RegistryRequest]: RegistryRequest[Key] };

/** What a registry served and to whom. Bytes are those handed to the connection, of blobs only. */
export interface TrafficRecord {
  /** Counts until the response closes, which completes the request. */
  begin(request: OpenRequest, response: ServerResponse): void;
  sent(request: OpenRequest, bytes: number): void;
  requests(): RegistryRequest[];
  bytesOfRepository(repository: string): number;
  bytesOfBlob(digest: string): number;
  activeBlobs(): number;
  maxConcurrentBlobs(): number;
  reset(): void;
}

export function createTrafficRecord(nowMs: () => number): TrafficRecord {
  let all: OpenRequest[] = [];
  let active = 0;
  let maxActive = 0;
  const sumBytes = (wanted: (request: OpenRequest) => boolean) =>
    all
      .filter((request) => request.kind === "blob" && wanted(request))
      .reduce((sum, r) => sum + r.bodyBytes, 0);
  return {
    begin(request, response) {
      all.push(request);
      const weight = request.kind === "blob" && request.method === "GET" ? 1 : 0;
      active += weight;
      maxActive = Math.max(maxActive, active);
      response.once("close", () => {
        active -= weight;
        request.endedAtMs = nowMs();
        if (response.headersSent) request.status = response.statusCode;
      });
    },
    sent(request, bytes) {
      request.bodyBytes += bytes;
    },
    requests: () => all.map((request) => ({ ...request })),
    bytesOfRepository: (repository) => sumBytes((request) => request.repository === repository),
    bytesOfBlob: (digest) => sumBytes((request) => request.reference === digest),
    activeBlobs: () => active,
    maxConcurrentBlobs: () => maxActive,
    reset() {
      all = [];
      maxActive = active;
    },
  };
}
