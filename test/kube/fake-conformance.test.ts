import { createKubeClient } from "../../src/kube/client.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { runInformerConformance } from "./conformance.ts";
import { startFakeApiServer } from "./fake-api-server.ts";
import { configMap } from "./fake-resources.ts";

runInformerConformance("the fake API server", async () => {
  const server = await startFakeApiServer({ tls: undefined });
  const config = { server: new URL(`http://127.0.0.1:${server.port}`), tls: {}, token: undefined };
  const client = createKubeClient({ config, userAgent: "prestow/test", clock: systemClock });
  const maps = server.resources.define("/api/v1/namespaces/ns/configmaps");
  const unknownPath = "/apis/example.com/v1/namespaces/ns/things";
  return {
    client,
    namespace: "ns",
    unknownPath,
    timings: { absentFirstMs: 40, backoffFirstMs: 40 },
    async apply(text, labels, ...names) {
      maps.set(...names.map((name) => configMap(name, { text }, labels)));
    },
    async remove(...names) {
      const known = new Set(maps.at(maps.version()).map(({ metadata }) => metadata.name));
      for (const name of names) if (known.has(name)) maps.delete(name);
    },
    async define(text) {
      server.resources.define(unknownPath).set(configMap("one", { text }));
    },
    async change(text) {
      server.resources.find(unknownPath)?.set(configMap("one", { text }));
    },
    async undefine() {
      // As the real one, which ends the objects before it ends their definition.
      server.resources.find(unknownPath)?.delete("one");
      server.resources.undefine(unknownPath);
    },
    async close() {
      client.close();
      await server.stop();
    },
  };
});
