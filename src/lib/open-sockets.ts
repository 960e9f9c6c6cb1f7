import type { Server, Socket } from "node:net";

/** The raw connections of a server. */
export interface OpenSockets {
  /** Stops to listen and waits for their end; after `graceMs` ends them, whatever is under way on them. */
  close(graceMs: number): Promise<void>;
}

/**
 * Follows the connections of a server from the moment they are accepted: one that is still in its TLS handshake,
 * which a client may draw out, is known to nobody else, and keeps the server from closing.
 */
export function trackSockets(server: Pick<Server, "on" | "close">): OpenSockets {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return {
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
