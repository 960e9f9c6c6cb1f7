import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { createKubeClient } from "../../src/kube/client.ts";
import type { InformerOptions } from "../../src/kube/informer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { startFakeApiServer } from "./fake-api-server.ts";
import { type RunningInformer, startInformer, until } from "./running-informer.ts";

const path = "/api/v1/namespaces/ns/configmaps";
/** Waits that are short, and no chance in them. */
const quick = {
  backoffFirstMs: 60,
  backoffMostMs: 120,
  absentFirstMs: 60,
  absentMostMs: 120,
  refusedMs: 60,
  settleMs: 20,
};
const always = () => 0.5;

/** An API server with an empty list of ConfigMaps, and informers of it that the test's end stops. */
export async function createInformerBench(context: TestContext) {
  const server = await startFakeApiServer({ tls: undefined });
  const config = { server: new URL(`http://127.0.0.1:${server.port}`), tls: {}, token: undefined };
  const client = createKubeClient({ config, userAgent: "prestow/test", clock: systemClock });
  const maps = server.resources.define(path);
  const running: RunningInformer[] = [];
  context.after(async () => {
    for (const informer of running) await informer.stop();
    client.close();
    await server.stop();
  });
  const start = (options: Partial<InformerOptions<string>> = {}) => {
    const timings = { ...quick, ...options.timings };
    const informer = startInformer({ client, path, random: always, ...options, timings });
    running.push(informer);
    return informer;
  };
  const asked = (part: string) => server.requests().filter((request) => request.path.includes(part)).length;
  const watching = () => until(() => assert.ok(server.resources.watches.count() > 0));
  return { server, client, maps, watches: server.resources.watches, start, asked, watching };
}

/** What an informer keeps of a ConfigMap with this text. */
export const data = (text: string) => JSON.stringify({ text });
