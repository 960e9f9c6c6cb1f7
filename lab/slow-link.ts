import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { systemClock } from "../src/lib/clock.ts";
import { createRate } from "../test/registry/rate.ts";

/** A relay to a server on loopback; what the server sends comes at a bounded speed, all connections together. */
export interface SlowLink {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  close(): Promise<void>;
}

/** Starts a relay to `target` (`127.0.0.1:PORT`) on a free port. */
export async function startSlowLink(target: string, bytesPerSecond: number): Promise<SlowLink> {
  const rate = createRate(bytesPerSecond, systemClock);
  const closed = new AbortController();
  const sockets = new Set<Socket>();

  const slowDown = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      await rate.take(chunk.length, closed.signal);
      yield chunk;
    }
  };
  // Half open, because what the server sent before it closed is still on its way.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const port = Number(target.split(":")[1]);
    const upstream = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    // A connection that breaks is broken at the other side too; who reads there says so.
    pipeline(client, upstream, () => {});
    pipeline(upstream, slowDown, client, () => {});
  });

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      closed.abort();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
