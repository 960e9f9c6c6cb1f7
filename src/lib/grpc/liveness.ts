import type { ClientHttp2Session } from "node:http2";
import { callOnSession } from "./call.ts";
import { GrpcError } from "./status.ts";

const probed = new WeakSet<ClientHttp2Session>();

/**
 * A call that met its deadline or was given up is either slow work or a dead connection: only another answer
 * tells. A server that does not give one loses the connection, and every call on it ends UNAVAILABLE. What is
 * asked is a call that every server answers at once, be it with UNIMPLEMENTED; grpc-go, which is containerd
 * and CRI-O, takes the third HTTP/2 ping with no answer between them for an attack and closes the connection.
 */
export async function destroyUnlessAlive(session: ClientHttp2Session, timeoutMs: number): Promise<void> {
  if (session.destroyed || session.closed || probed.has(session)) return;
  probed.add(session);
  try {
    await callOnSession(session, "/grpc.health.v1.Health/Check", new Uint8Array(), { timeoutMs }, {});
  } catch (error) {
    if (!(error instanceof GrpcError) || !error.fromServer) session.destroy();
  } finally {
    probed.delete(session);
  }
}
