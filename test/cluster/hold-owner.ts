import type { HoldImage } from "./hold-images.ts";
import { createNamespace } from "./instance.ts";
import { labImage, variable } from "./lab.ts";
import { applyObjects } from "./objects.ts";

/** The name that tests give to the Deployment, and so to DaemonSet, Lease and release. */
export const ownerName = "holder";

/**
 * Makes a namespace with a Deployment that wants one pod and never gets it: what is held belongs to it, and the test
 * runs the controller itself.
 */
export async function createOwner(namespace: string): Promise<void> {
  await createNamespace(namespace);
  const labels = { app: ownerName };
  const containers = [{ name: ownerName, image: variable("PRESTOW_LAB_IMAGE") }];
  await applyObjects({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: ownerName, namespace },
    spec: {
      replicas: 1,
      paused: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
}

/** `IMAGES` for some images. */
export function imagesVariable(images: readonly HoldImage[]): string {
  return images.map(({ name, ref }) => `${name}=${ref};`).join("\n");
}

/** What the controller's environment says in such a namespace. */
export function holdVariables(
  namespace: string,
  images: readonly HoldImage[],
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [registry = ""] = labImage("").split("/");
  return {
    DEPLOYMENT_NAME: ownerName,
    DAEMONSET_NAME: ownerName,
    NAMESPACE: namespace,
    IMAGES: imagesVariable(images),
    CACHING_INTERVAL_HOURS: "1",
    MODE: "volumes",
    PLAIN_HTTP_REGISTRIES: registry,
    ...more,
  };
}
