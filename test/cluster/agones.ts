import { kubectl } from "./lab.ts";
import { applyObjects, deleteObjects } from "./objects.ts";

const group = "agones.dev";
const names = { plural: "fleets", singular: "fleet", kind: "Fleet", shortNames: ["flt"] };

/** Agones' resource Fleet, of which the cluster needs to know no field. */
function createFleetResource(): object {
  const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const properties = { spec: anything, status: anything };
  const scale = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" };
  const version = {
    name: "v1",
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: "object", properties } },
    subresources: { status: {}, scale },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${names.plural}.${group}` },
    spec: { group, scope: "Namespaced", names, versions: [version] },
  };
}

/** Makes the cluster know Fleets, and waits until it does. */
export async function installFleets(): Promise<void> {
  await applyObjects(createFleetResource());
  await kubectl("wait", "--for=condition=Established", `crd/${names.plural}.${group}`, "--timeout=60s");
}

/** Deletes all Fleets and makes the cluster forget them. */
export async function removeFleets(): Promise<void> {
  await deleteObjects(createFleetResource());
}

/** The same, and resolves to what undoes it. */
export async function agonesInstalled(): Promise<() => Promise<void>> {
  await installFleets();
  return removeFleets;
}

/** What a test says of a Fleet. */
export interface FleetOptions {
  readonly name: string;
  readonly namespace: string;
  /** The game server's pod. */
  readonly pod: object;
}

/** A Fleet without replicas: nothing but the agent makes its images come. */
export function createFleet({ name, namespace, pod }: FleetOptions): object {
  const ports = [{ name: "default", containerPort: 7654 }];
  const gameServer = { spec: { ports, template: { spec: pod } } };
  const metadata = { name, namespace };
  return { apiVersion: `${group}/v1`, kind: "Fleet", metadata, spec: { replicas: 0, template: gameServer } };
}

/** A pod of these containers and nothing else. */
export function podOf(...images: readonly string[]): { containers: object[] } {
  return { containers: images.map((image, index) => ({ name: `c${index}`, image })) };
}

/** Applies a Fleet of these images, one for each container. */
export async function applyFleet(
  namespace: string,
  name: string,
  ...images: readonly string[]
): Promise<void> {
  await applyObjects(createFleet({ name, namespace, pod: podOf(...images) }));
}

export async function deleteFleet(namespace: string, name: string): Promise<void> {
  await kubectl("delete", "fleet", name, "--namespace", namespace, "--ignore-not-found");
}
