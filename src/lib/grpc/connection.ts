import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:http2";
import { createConnection } from "node:net";
import { GrpcError } from "./status.ts";

/** Where a server listens: a Unix socket, or TCP without TLS. */
export type Target = { readonly path: string } | { readonly host: string; readonly port: number };

export interface ConnectOptions {
  readonly target: Target;
  /** From the first SYN to the server's SETTINGS: a runtime that accepts but does not speak is not connected. */
  readonly timeoutMs: number;
}

/**
 * Connects and waits until the server has spoken. Throws a `GrpcError` UNAVAILABLE whose cause is the
 * system's error (`ENOENT`, `ECONNREFUSED`, `EACCES`).
 */
export function connectSession(options: ConnectOptions): Promise<ClientHttp2Session> {
  const session = connect(authority(options.target), {
    createConnection: () => createConnection(options.target),
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
    session.once("error", fail);
    session.once("close", () => fail(new Error("the connection was closed")));
    session.once("remoteSettings", () => {
      clearTimeout(timer);
      session.off("error", fail);
      // Each call hears of the loss through its own stream; without a listener the process would end.
      session.on("error", () => {});
      resolve(session);
    });
  });
}

function authority(target: Target): string {
  if ("path" in target) return "http://localhost";
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `http://${host}:${target.port}`;
}
