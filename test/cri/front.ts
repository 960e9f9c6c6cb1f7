import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { createConnection, createServer } from "node:net";

/** The Unix socket before a server, where connections can be cut, silenced and refused. */
export interface Front {
  listen(): Promise<void>;
  /** Stops listening, removes the socket's file and destroys every connection. */
  stop(): Promise<void>;
  dropConnections(): void;
  /** Takes connections and bytes, old and new, and passes nothing on; once silent, a connection stays so. */
  silence(): void;
  /** New connections are served again. */
  speak(): void;
}

/** Passes connections of one Unix socket on to the server behind another. */
export function createFront(socketPath: string, serverPath: string): Front {
  const connections = new Map<Socket, Socket>();
  let silent = false;
  const server = createServer((client) => {
    const upstream = createConnection(serverPath);
    connections.set(client, upstream);
    closeTogether(client, upstream);
    client.once("close", () => connections.delete(client));
    if (!silent) client.pipe(upstream).pipe(client);
  });
  const dropConnections = () => {
    for (const client of connections.keys()) client.destroy();
  };
  return {
    async listen() {
      server.listen(socketPath);
      await once(server, "listening");
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      dropConnections();
      await closed;
      await rm(socketPath, { force: true });
    },
    dropConnections,
    silence() {
      silent = true;
      for (const [client, upstream] of connections) {
        client.unpipe(upstream);
        upstream.unpipe(client);
      }
    },
    speak() {
      silent = false;
    },
  };
}

function closeTogether(one: Socket, other: Socket): void {
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on("error", () => {});
    socket.once("close", () => peer.destroy());
  }
}
