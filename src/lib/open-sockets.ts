import type { Server, Socket } from "node:net";

/** The raw connections of a server. */
export interface OpenSockets {
  /** Ends them all, whatever is under way on them. */
  destroy(): void;
}

/**
 * Follows the connections of a server from the moment they are accepted: one that is still in its TLS handshake,
 * which a client may draw out, is known to nobody else, and keeps the server from closing.
 */
export function trackSockets(server: Pick<Server, "on">): OpenSockets {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return {
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}
