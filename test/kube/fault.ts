import type { ServerResponse } from "node:http";

/** One way in which the API server misbehaves. */
export type ApiFault =
  /** Answers with a status and a Status object, or with `body` as it is. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
      readonly body?: string;
    }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** Sends the headers and half a body, then nothing. */
  | { readonly kind: "hang-body" }
  /** Resets the connection before any answer. */
  | { readonly kind: "reset" };

export interface ApiFaults {
  /** The first `times` requests that come meet it. Returns what takes it away. */
  add(fault: ApiFault, times?: number): () => void;
  take(): ApiFault | undefined;
}

export function createApiFaults(): ApiFaults {
  const waiting = new Set<{ readonly fault: ApiFault; left: number }>();
  return {
    add(fault, times = Number.POSITIVE_INFINITY) {
      const entry = { fault, left: times };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    take() {
      for (const entry of waiting) {
        if (entry.left <= 0) continue;
        entry.left -= 1;
        return entry.fault;
      }
      return undefined;
    },
  };
}

export function misbehave(response: ServerResponse, fault: ApiFault): void {
  switch (fault.kind) {
    case "status": {
      const message = fault.message ?? "as told";
      const body = fault.body ?? JSON.stringify({ kind: "Status", status: "Failure", message });
      const type = fault.body === undefined ? "application/json" : "text/plain";
      response.writeHead(fault.status, { "content-type": type, ...fault.headers }).end(body);
      return;
    }
    case "hang-body":
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('{"half":');
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "hang":
      return;
  }
}
