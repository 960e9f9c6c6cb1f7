import type { ContainerView } from "../promotion/container-view.ts";
import type { PodView } from "../promotion/pod-view.ts";

/** Where a reference is held, and where it cannot be. */
export interface Holders {
  readonly ready: ReadonlySet<string>;
  /** Nodes by Kubernetes' reason. */
  readonly failures: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Counted {
  readonly ready: Set<string>;
  readonly failures: Map<string, Set<string>>;
}

const usual = new Set(["ContainerCreating", "PodInitializing"]);
/** Of one reference; there are a dozen that Kubernetes knows. */
const maxReasons = 20;

/** Counts, for each reference that the pods name, the nodes that hold it; pure. */
export function countHolders(pods: readonly PodView[]): ReadonlyMap<string, Holders> {
  const all = new Map<string, Counted>();
  for (const pod of pods) {
    const { nodeName } = pod;
    if (nodeName === undefined || pod.deleting) continue;
    for (const container of pod.containers) {
      for (const ref of listRefs(container)) note(all, ref, nodeName, container);
    }
  }
  for (const { ready, failures } of all.values()) forgetHeld(ready, failures);
  return all;
}

function listRefs({ image, volumeImages }: ContainerView): readonly string[] {
  return volumeImages.length > 0 ? volumeImages : [image];
}

function note(all: Map<string, Counted>, ref: string, node: string, container: ContainerView): void {
  const counted = all.get(ref) ?? { ready: new Set(), failures: new Map() };
  all.set(ref, counted);
  const { state, reason, ready } = container;
  if (ready) counted.ready.add(node);
  if (state !== "waiting" || reason === undefined || usual.has(reason)) return;
  // One of several volumes: the message names it.
  if (container.volumeImages.length > 1 && !container.message.includes(ref)) return;
  const nodes = counted.failures.get(reason) ?? new Set();
  if (counted.failures.size < maxReasons || nodes.size > 0) counted.failures.set(reason, nodes.add(node));
}

// While the new pod of a node fails the old one holds on: that is no node without the image.
function forgetHeld(ready: ReadonlySet<string>, failures: Map<string, Set<string>>): void {
  for (const [reason, nodes] of failures) {
    for (const node of ready) nodes.delete(node);
    if (nodes.size === 0) failures.delete(reason);
  }
}
