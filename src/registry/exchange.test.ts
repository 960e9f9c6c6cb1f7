import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { createAgents, exchange } from "./exchange.ts";

test("a server that changes the protocol unasked is no answer, and nobody waits for one", {
  timeout: 10_000,
}, async (context) => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  }).listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const timeoutMs = 2000;
  const deadline = { timeoutMs, endMs: performance.now() + timeoutMs };
  const sent = { method: "GET", url, headers: {} } as const;
  await assert.rejects(exchange(createAgents(undefined), sent, deadline), { name: "RegistryError" });
});
