import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:http2";
import { createConnection, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { GrpcError } from "./status.ts";

/** How a server on TCP proves who it is; without `ca`, by the authorities that Node.js trusts. */
export interface ClientTls {
  readonly ca?: Buffer | undefined;
}

/** Where a server listens: a Unix socket, or TCP, in plain text unless `tls` is given. */
export type Target =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly tls?: ClientTls | undefined };

export interface ConnectOptions {
  readonly target: Target;
  /** From the first SYN to the server's SETTINGS: a runtime that accepts but does not speak is not connected. */
  readonly timeoutMs: number;
  /** Nobody waits for the connection any more. */
  readonly signal: AbortSignal;
}

/**
 * Connects and waits until the server has spoken. Throws a `GrpcError` UNAVAILABLE whose cause is the
 * system's error (`ENOENT`, `ECONNREFUSED`, `EACCES`; `ECONNRESET` where the server cut the connection, be it in
 * good order).
 */
export function connectSession(options: ConnectOptions): Promise<ClientHttp2Session> {
  const session = connect(authority(options.target), {
    createConnection: () => openSocket(options.target),
    settings: { enablePush: false, initialWindowSize: 1024 * 1024 },
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      session.destroy();
      reject(new GrpcError("UNAVAILABLE", error.message, { cause: error }));
    };
    const timer = setTimeout(
      () => fail(new Error(`no answer to the connection within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    options.signal.addEventListener("abort", () => fail(new Error("the channel was closed")), { once: true });
    session.once("error", fail);
    const closed = Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });
    session.once("close", () => fail(closed));
    session.once("remoteSettings", () => {
      clearTimeout(timer);
      session.off("error", fail);
      // Each call hears of the loss through its own stream; without a listener the process would end.
      session.on("error", () => {});
      resolve(session);
    });
  });
}

function openSocket(target: Target): Socket {
  if ("path" in target || target.tls === undefined) return createConnection(target);
  const { host, port, tls } = target;
  return connectTls({
    host,
    port,
    ALPNProtocols: ["h2"],
    // A name is for certificates to choose by; an address is not (RFC 6066).
    ...(isIP(host) === 0 && { servername: host }),
    ...(tls.ca !== undefined && { ca: tls.ca }),
  });
}

function authority(target: Target): string {
  if ("path" in target) return "http://localhost";
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `${target.tls === undefined ? "http" : "https"}://${host}:${target.port}`;
}
