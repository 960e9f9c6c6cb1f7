import { once } from "node:events";
import {
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createConnection } from "node:net";

/** A call that somebody made of the runtime. */
export interface SeenCall {
  /** `PullImage`, `ListImages`: without the service. */
  readonly method: string;
  /** Unix time. */
  readonly atMs: number;
}

/** The socket of a runtime with an ear: it notes each call and passes it on. */
export interface CriProxy {
  readonly socket: string;
  calls(method?: string): SeenCall[];
  close(): Promise<void>;
}

/** Listens on `socket` before the runtime at `upstream`; the same small detour for whoever is measured. */
export async function startCriProxy(socket: string, upstream: string): Promise<CriProxy> {
  const seen: SeenCall[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const runtime = connect("http://localhost", { createConnection: () => createConnection(upstream) });
  runtime.on("error", () => {});
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.on("error", () => {});
  });
  server.on("stream", (stream, headers) => {
    const path = String(headers[":path"]);
    seen.push({
      method: path.slice(path.lastIndexOf("/") + 1),
      atMs: performance.timeOrigin + performance.now(),
    });
    passOn(stream, runtime.request(withoutConnectionHeaders(headers)));
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    socket,
    calls: (method) => seen.filter((call) => method === undefined || call.method === method),
    async close() {
      for (const session of sessions) session.destroy();
      runtime.destroy();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

function passOn(
  stream: ServerHttp2Stream,
  upstream: ReturnType<ReturnType<typeof connect>["request"]>,
): void {
  stream.on("error", () => {});
  upstream.on("error", () => stream.close(constants.NGHTTP2_CANCEL));
  stream.pipe(upstream);
  let trailers: IncomingHttpHeaders = {};
  upstream.on("trailers", (headers) => {
    trailers = headers;
  });
  upstream.on("response", (headers) => {
    stream.respond(headers, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    upstream.pipe(stream);
  });
  stream.once("close", () => upstream.close(constants.NGHTTP2_CANCEL));
}

function withoutConnectionHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { ":scheme": _scheme, ...rest } = headers;
  return rest;
}
