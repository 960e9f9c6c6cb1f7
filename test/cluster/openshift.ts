import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kubectl } from "./lab.ts";
import { applyObjects, deleteObjects } from "./objects.ts";
import { processTemplate, type TemplateValues } from "./oc-process.ts";

const templates = join(import.meta.dirname, "../../deploy/openshift");
const group = "route.openshift.io";

const routes = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `routes.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind: "Route", listKind: "RouteList", plural: "routes", singular: "route" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

/** Gives the API server the group by which OpenShift is known. */
export async function addRouteGroup(): Promise<void> {
  await applyObjects(routes);
  await kubectl("wait", "--for=condition=Established", `crd/${routes.metadata.name}`, "--timeout=60s");
}

/** Takes the group away again. */
export async function removeRouteGroup(): Promise<void> {
  await deleteObjects(routes);
}

/** The objects of one of our templates, in a namespace, as `oc process -n NAMESPACE` prints them. */
export async function readTemplate(
  namespace: string,
  name: "serviceaccount" | "configmap" | "app",
  values: TemplateValues = {},
): Promise<object[]> {
  const text = await readFile(join(templates, `${name}.yaml`), "utf8");
  return processTemplate(text, values).map((object) => withNamespace(object, namespace));
}

function withNamespace(object: object, namespace: string): object {
  const { metadata } = object as { readonly metadata: object };
  return { ...object, metadata: { ...metadata, namespace } };
}
