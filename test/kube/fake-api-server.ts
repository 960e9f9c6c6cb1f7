import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Certificate } from "../registry/certificate.ts";
import { answer } from "./answer.ts";
import { createFakeResources, type FakeResources } from "./fake-resources.ts";
import { type ApiFault, createApiFaults, misbehave } from "./fault.ts";
import { type Labels, mergeLabels, nodeObject } from "./nodes.ts";

export interface FakeApiServerOptions {
  /** Undefined: speaks without TLS. */
  readonly tls: Certificate | undefined;
  /** Asks for a client certificate that this one signed. */
  readonly clientCa?: string;
}

/** A request as it came; `body` is what its JSON says. */
export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** How many connections there were by then, this one's included. */
  readonly connection: number;
  /** When it came, as `performance.now()` counts. */
  readonly atMs: number;
}

/** An API server that knows nodes and their labels and any list that it is told, and misbehaves on cue. */
export interface FakeApiServer {
  readonly port: number;
  /** Labels by the name of the node. */
  readonly nodes: Map<string, Labels>;
  /** Tokens that are let in; nobody else is, unless it is empty. */
  readonly tokens: Set<string>;
  readonly resources: FakeResources;
  fault(fault: ApiFault, times?: number): () => void;
  requests(): ApiRequest[];
  /** As a server that is down: connections are cut, new ones refused. */
  stop(): Promise<void>;
  /** Listens on the same port again. */
  start(): Promise<void>;
}

export async function startFakeApiServer(options: FakeApiServerOptions): Promise<FakeApiServer> {
  const nodes = new Map<string, Labels>();
  const tokens = new Set<string>();
  const resources = createFakeResources();
  const faults = createApiFaults();
  const requests: ApiRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let port = 0;
  let server: Server | undefined;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const entry = await readRequest(request, connections);
    requests.push(entry);
    const fault = faults.take();
    if (fault !== undefined) return misbehave(response, fault);
    if (!isLetIn(request, tokens)) return answer(response, 401, { kind: "Status", message: "Unauthorized" });
    if (resources.serve(entry, response)) return;
    serveNode(entry, nodes, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: Error) => response.destroy(error));
  };

  const start = async () => {
    server = createListener(options, listener);
    server.on("connection", (socket: Socket) => {
      connections += 1;
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  };

  await start();
  return {
    port,
    nodes,
    tokens,
    resources,
    fault: faults.add,
    requests: () => [...requests],
    start,
    async stop() {
      const closed = new Promise<void>((resolve) => server?.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function createListener(
  { tls, clientCa }: FakeApiServerOptions,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (tls === undefined) return createPlainServer(listener);
  const asking = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return createServer({ ...tls, ...asking }, listener);
}

async function readRequest(request: IncomingMessage, connection: number): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const { method = "", url: path = "", headers } = request;
  const atMs = performance.now();
  return { method, path, headers, connection, atMs, body: text === "" ? undefined : JSON.parse(text) };
}

function isLetIn(request: IncomingMessage, tokens: ReadonlySet<string>): boolean {
  return tokens.size === 0 || tokens.has(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
}

function serveNode(request: ApiRequest, nodes: ReadonlyMap<string, Labels>, response: ServerResponse): void {
  const name = /^\/api\/v1\/nodes\/([^/?]+)(?:\?.*)?$/.exec(request.path)?.[1] ?? "";
  const labels = nodes.get(name);
  if (labels === undefined) {
    const message = `nodes "${name}" not found`;
    answer(response, 404, { kind: "Status", reason: "NotFound", message });
    return;
  }
  if (request.method === "PATCH") mergeLabels(labels, request.body);
  answer(response, 200, nodeObject(name, labels));
}
