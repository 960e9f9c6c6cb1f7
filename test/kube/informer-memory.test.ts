import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createKubeClient } from "../../src/kube/client.ts";
import { createInformer } from "../../src/kube/informer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { until } from "./running-informer.ts";

const deployments = 5000;
const pageLimit = 250;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

// All but what tells them apart is made once: the server must not be what is measured.
const fat = JSON.stringify({ template: "t".repeat(8000) });

function deployment(index: number): string {
  return `{"metadata":{"name":"d${index}","namespace":"ns","resourceVersion":"${index + 1}"},"spec":${fat}}`;
}

async function servePage(url: URL, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  if (url.searchParams.get("watch") === "true") return;
  const first = Number(url.searchParams.get("continue") ?? 0);
  const next = first + pageLimit;
  const token = next < deployments ? `,"continue":"${next}"` : "";
  response.write(`{"metadata":{"resourceVersion":"9"${token}},"items":[`);
  for (let index = first; index < next; index += 1) {
    if (!response.write(`${index === first ? "" : ","}${deployment(index)}`)) await once(response, "drain");
  }
  response.end("]}");
}

function nameOf(object: unknown): string {
  return (object as { metadata: { name: string } }).metadata.name;
}

test("keeps of 5,000 fat Deployments no more than what was extracted", async (context) => {
  const server = createServer((request, response) => {
    servePage(new URL(request.url ?? "", "http://x"), response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const config = { server: new URL(`http://127.0.0.1:${port}`), tls: {}, token: undefined };
  const client = createKubeClient({ config, userAgent: "prestow/test", clock: systemClock });
  const stop = new AbortController();
  context.after(() => {
    stop.abort();
    client.close();
    server.close();
  });
  const common = { client, clock: systemClock, random: Math.random, pageLimit };
  const informer = createInformer({ ...common, path: "/apis/apps/v1/deployments", extract: nameOf });
  collect();
  const beforeBytes = used();
  void informer.run(() => {}, stop.signal);
  await until(() => assert.equal(informer.objects.size, deployments), 60_000);
  // 40 MB went through; names and keys are some 100 bytes each. Buffers are given back some time after their end.
  await until(() => {
    collect();
    const keptBytes = used() - beforeBytes;
    assert.ok(keptBytes < 3_000_000, `${keptBytes} bytes`);
  });
});

function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
