import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { startSlowLink } from "./slow-link.ts";

async function startServer(body: Buffer) {
  const server = createServer((_request, response) => response.end(body));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { host: `127.0.0.1:${port}`, close };
}

test("a slow link delivers every byte, and no sooner than its speed allows", async () => {
  const body = Buffer.alloc(300_000, "x");
  const server = await startServer(body);
  const link = await startSlowLink(server.host, 1_000_000);
  try {
    const startMs = performance.now();
    const response = await fetch(`http://${link.host}/`, { headers: { connection: "close" } });
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), body);
    const leastMs = 250;
    assert.ok(performance.now() - startMs >= leastMs);
  } finally {
    await link.close();
    await server.close();
  }
});

test("closing a slow link ends the connections through it", { timeout: 10_000 }, async () => {
  const server = await startServer(Buffer.alloc(1_000_000));
  const link = await startSlowLink(server.host, 100_000);
  const response = await fetch(`http://${link.host}/`);
  const outcome = assert.rejects(response.arrayBuffer());
  await link.close();
  await outcome;
  await server.close();
});
