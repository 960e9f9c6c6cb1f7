import assert from "node:assert/strict";
import { eventually, labNodes } from "./lab.ts";
import { readObject } from "./objects.ts";

/** Of a pod that holds images, what tests look at. */
export interface HoldPod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly schedulingGates?: readonly object[];
    readonly containers: readonly { readonly image: string }[];
    readonly volumes?: readonly { readonly image?: { readonly reference: string } }[];
  };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** What the DaemonSet's pods are selected by, as kubernetes-image-puller has them. */
export const heldSelector = "app.kubernetes.io/name=image-puller";

/** What pods are selected by in which images are tried. */
export const probeSelector = "app.kubernetes.io/name=image-probe";

export function isReady({ status }: HoldPod): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}

/** All references that a pod names, of containers and of volumes. */
export function referencesOf({ spec }: HoldPod): string[] {
  const volumes = spec.volumes?.flatMap(({ image }) => image?.reference ?? []) ?? [];
  return [...spec.containers.map(({ image }) => image), ...volumes];
}

/** The pods of a namespace that a selector selects. */
export async function readPods(namespace: string, selector = heldSelector): Promise<HoldPod[]> {
  const what = ["pods", "--namespace", namespace, "--selector", selector] as const;
  return (await readObject<{ items: HoldPod[] }>(...what)).items;
}

/** Of some references, those that no ready pod on a node holds, as `node: reference`. */
export function listUnheld(
  pods: Iterable<HoldPod>,
  references: readonly string[],
  nodes: readonly string[],
): string[] {
  const ready = [...pods].filter(isReady);
  return nodes.flatMap((node) => {
    const held = new Set(ready.filter(({ spec }) => spec.nodeName === node).flatMap(referencesOf));
    return references.filter((reference) => !held.has(reference)).map((reference) => `${node}: ${reference}`);
  });
}

export function nodeNames(): string[] {
  return labNodes().map(({ name }) => name);
}

/** Waits until every node has a ready pod that holds these references. */
export async function waitUntilHeld(
  namespace: string,
  references: readonly string[],
  timeoutMs = 180_000,
  nodes: readonly string[] = nodeNames(),
): Promise<void> {
  await eventually(async () => {
    assert.deepEqual(listUnheld(await readPods(namespace), references, nodes), []);
  }, timeoutMs);
}

/** The same, and nothing else is left: one pod on each node, all of one template, and no probe. */
export async function waitUntilSettled(
  namespace: string,
  references: readonly string[],
  timeoutMs = 180_000,
): Promise<void> {
  await waitUntilHeld(namespace, references, timeoutMs);
  await eventually(async () => {
    const pods = await readPods(namespace);
    assert.deepEqual(pods.map(({ spec }) => spec.nodeName).toSorted(), nodeNames().toSorted());
    assert.deepEqual(listUnheld(pods, references, nodeNames()), []);
    assert.deepEqual(await readPods(namespace, probeSelector), []);
  }, timeoutMs);
}
