import { randomUUID } from "node:crypto";
import { createKubeClient } from "../../src/kube/client.ts";
import { readKubeLogin } from "../../src/kube/login.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { runInformerConformance } from "../kube/conformance.ts";
import { isKubeError } from "../kube/failure.ts";
import { configMap } from "../kube/fake-resources.ts";
import { eventually } from "./lab.ts";

const bounds = { timeoutMs: 20_000 };
const group = "informer-test.prestow.dev";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const owned = { type: "apply", fieldManager: "prestow-test", force: true } as const;

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: anything } }],
  },
};

runInformerConformance("a real API server", async () => {
  const config = await readKubeLogin({ env: process.env, clock: systemClock });
  const client = createKubeClient({ config, userAgent: "prestow/test", clock: systemClock });
  const namespace = `informer-test-${randomUUID().slice(0, 8)}`;
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  const unknownPath = `/apis/${group}/v1/namespaces/${namespace}/things`;
  await client.post("/api/v1/namespaces", { metadata: { name: namespace } }, bounds);

  const removeIfThere = async (path: string) => {
    await client.delete(path, bounds).catch((error: unknown) => {
      if (!isKubeError(error, "not-found")) throw error;
    });
  };
  const undefine = () => removeIfThere(`${definitions}/${definition.metadata.name}`);

  return {
    client,
    namespace,
    unknownPath,
    async apply(text, labels, ...names) {
      for (const name of names) {
        const { metadata, ...object } = configMap(name, { text }, labels);
        await client.patch(
          `${maps}/${name}`,
          { ...object, metadata: { name, labels: metadata.labels } },
          owned,
          bounds,
        );
      }
    },
    async remove(...names) {
      for (const name of names) await removeIfThere(`${maps}/${name}`);
    },
    async define(text) {
      // One of that name may still be on its way out.
      await eventually(() => client.post(definitions, definition, bounds));
      const thing = { apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "one" }, data: { text } };
      await eventually(() => client.post(unknownPath, thing, bounds));
    },
    async change(text) {
      await client.patch(`${unknownPath}/one`, { data: { text } }, { type: "merge" }, bounds);
    },
    undefine,
    async close() {
      await undefine();
      await removeIfThere(`/api/v1/namespaces/${namespace}`);
      client.close();
    },
  };
});
