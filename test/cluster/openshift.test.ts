import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { labImageParts } from "./helm-values.ts";
import { pushHoldImages } from "./hold-images.ts";
import { imagesVariable } from "./hold-owner.ts";
import { readPods, waitUntilHeld } from "./hold-pods.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { kubectl } from "./lab.ts";
import { applyObjects, readObject } from "./objects.ts";
import { addRouteGroup, readTemplate, removeRouteGroup } from "./openshift.ts";

const namespace = "hold-openshift-test";
const inNamespace = ["--namespace", namespace] as const;
const images = await pushHoldImages("route", 2);

before(async () => {
  await addRouteGroup();
  await createNamespace(namespace);
});

after(async () => {
  await removeNamespace(namespace);
  await removeRouteGroup();
});

interface HeldPodSpec {
  readonly spec: {
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly initContainers: readonly Contained[];
    readonly containers: readonly Contained[];
  };
}

interface Contained {
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

test("the templates, processed and applied one after another, hold every image on every node", async () => {
  const { repository, tag } = labImageParts();
  const configMap = {
    NAMESPACE: namespace,
    IMAGES: imagesVariable(images),
    MODE: "containers",
    MAX_NODES: "100%",
  };
  await applyObjects(...(await readTemplate(namespace, "serviceaccount")));
  await applyObjects(...(await readTemplate(namespace, "configmap", configMap)));
  await applyObjects(...(await readTemplate(namespace, "app", { IMAGE: repository, IMAGE_TAG: tag })));
  const deployment = "deployment/kubernetes-image-puller";
  await kubectl("rollout", "status", deployment, "--timeout=120s", ...inNamespace);
  await waitUntilHeld(
    namespace,
    images.map(({ ref }) => ref),
  );
});

test("where there are routes, the cluster is taken for OpenShift and chooses the users", async () => {
  const [held] = await readPods(namespace);
  const { spec } = await readObject<HeldPodSpec>("pod", held?.metadata.name ?? "", ...inNamespace);
  assert.equal(spec.securityContext["fsGroup"], undefined);
  for (const { securityContext } of [...spec.initContainers, ...spec.containers])
    assert.equal(securityContext?.["runAsUser"], undefined);
});

test("of what the templates' Role does not allow, only nodes are missed", async () => {
  const log = await kubectl("logs", "deployment/kubernetes-image-puller", ...inNamespace);
  const missed = log.split("\n").filter((line) => /may not do all/.test(line));
  assert.equal(missed.length, 1, log);
  assert.match(missed[0] ?? "", /nodes/);
});
