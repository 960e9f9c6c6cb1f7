import { once } from "node:events";
import { createServer, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import type { KubeConfig } from "../../src/kube/config.ts";

/** An API server with an ear: it counts the requests of whoever comes by it. */
export interface CountingProxy {
  readonly url: string;
  /** Requests so far; those of Leases are counted apart. */
  counts(): { readonly lease: number; readonly other: number };
  close(): Promise<void>;
}

/** Listens on loopback and passes all on to the API server, with its login. */
export async function startCountingProxy({ server, tls }: KubeConfig): Promise<CountingProxy> {
  const counts = { lease: 0, other: 0 };
  const send = server.protocol === "http:" ? plainRequest : tlsRequest;
  const proxy = createServer((incoming, outgoing) => {
    counts[incoming.url?.includes("/leases") ? "lease" : "other"] += 1;
    const { method, headers, url = "/" } = incoming;
    const upstream = send(new URL(url, server), {
      method,
      headers: { ...headers, host: server.host },
      ...tls,
    });
    upstream.on("response", (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    upstream.on("error", () => outgoing.destroy());
    outgoing.once("close", () => upstream.destroy());
    incoming.pipe(upstream);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => ({ ...counts }),
    async close() {
      const closed = once(proxy, "close");
      proxy.close();
      proxy.closeAllConnections();
      await closed;
    },
  };
}
