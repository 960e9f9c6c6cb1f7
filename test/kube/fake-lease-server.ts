import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isRecord, type JsonRecord } from "../../src/lib/record.ts";
import { answer, statusObject } from "./answer.ts";

/** An API server that knows one Lease, and checks versions as the real one does. */
export interface FakeLeaseServer {
  readonly url: URL;
  /** Undefined: there is none. */
  lease(): JsonRecord | undefined;
  /** What its spec says under a name. */
  spec(field: string): unknown;
  /** As somebody else who writes. */
  edit(spec: JsonRecord): void;
  /** Answers every request of these methods with a status instead; undefined: no more. */
  fail(status: number | undefined, methods?: readonly string[]): void;
  /** Methods of the requests so far. */
  requests(): string[];
  close(): Promise<void>;
}

export async function startFakeLeaseServer(): Promise<FakeLeaseServer> {
  let lease: JsonRecord | undefined;
  let version = 0;
  let fault: { readonly status: number; readonly methods: readonly string[] | undefined } | undefined;
  const requests: string[] = [];

  const store = (object: JsonRecord) => {
    version += 1;
    const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
    lease = { ...object, metadata: { ...metadata, resourceVersion: String(version) } };
    return lease;
  };
  const write = (method: string, object: JsonRecord, response: ServerResponse) => {
    if (method === "POST") {
      if (lease !== undefined) return answer(response, 409, statusObject(409, "AlreadyExists", "exists"));
      return answer(response, 201, store(object));
    }
    if (versionOf(object) !== String(version)) {
      return answer(response, 409, statusObject(409, "Conflict", "the object has been modified"));
    }
    return answer(response, 200, store(object));
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "" } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push(method);
    if (fault !== undefined && (fault.methods?.includes(method) ?? true)) {
      return answer(response, fault.status, statusObject(fault.status, "Told", "as told"));
    }
    if (method === "GET") {
      const found = lease ?? statusObject(404, "NotFound", "not found");
      return answer(response, lease === undefined ? 404 : 200, found);
    }
    const object: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return write(method, isRecord(object) ? object : {}, response);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const specNow = () => (isRecord(lease?.["spec"]) ? lease["spec"] : {});
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    lease: () => lease,
    spec: (field) => specNow()[field],
    edit: (spec) => void store({ ...lease, spec: { ...specNow(), ...spec } }),
    fail(status, methods) {
      fault = status === undefined ? undefined : { status, methods };
    },
    requests: () => [...requests],
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function versionOf(object: JsonRecord): unknown {
  return isRecord(object["metadata"]) ? object["metadata"]["resourceVersion"] : undefined;
}
