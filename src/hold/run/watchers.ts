import type { Informer } from "../../kube/informed.ts";
import { recordAt, recordsAt } from "../../sources/json-parts.ts";
import type { HoldConfig } from "../config.ts";
import { podLabels } from "../objects/names.ts";
import { probeLabels } from "../objects/probe-pod.ts";
import { type PodView, parsePodView } from "../promotion/pod-view.ts";
import type { Feature } from "./access.ts";
import { type HoldNode, parseHoldNode } from "./hold-node.ts";
import { daemonSetsPath, podsPath } from "./paths.ts";

/** Makes an informer of what a path lists. */
export type Inform = <T>(options: {
  readonly path: string;
  readonly extract: (object: unknown) => T | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}) => Informer<T>;

/** What is heard of the cluster without asking. */
export interface Watchers {
  /** The DaemonSet; `known` is false until it was listed once, and where it may not be watched. */
  daemonSet(): { readonly known: boolean; readonly object: unknown };
  /** Its pods; undefined where they are not known. */
  pods(): readonly PodView[] | undefined;
  probes(): readonly PodView[] | undefined;
  nodes(): readonly HoldNode[] | undefined;
  /** Begins with what may be watched by now and is not watched yet; it goes on until the signal aborts. */
  start(has: (feature: Feature) => boolean, onChange: () => void, signal: AbortSignal): void;
  /** Resolves once all have ended. */
  stopped(): Promise<void>;
}

type Names = Pick<HoldConfig, "namespace" | "daemonSetName">;

/** Watchers that have not begun yet; names do not change while a process runs. */
export function createWatchers(inform: Inform, config: Names): Watchers {
  const { daemonSetName: name } = config;
  const daemonSets = watched(
    inform({
      path: daemonSetsPath(config),
      fieldSelector: `metadata.name=${name}`,
      extract: (object) => object,
    }),
  );
  const pods = watched(
    inform({
      path: podsPath(config),
      labelSelector: selectorOf(podLabels),
      extract: (object) => (isPodOf(object, name) ? parsePodView(object) : undefined),
    }),
  );
  const probes = watched(
    inform({
      path: podsPath(config),
      labelSelector: selectorOf(probeLabels(config)),
      extract: parsePodView,
    }),
  );
  const nodes = watched(inform({ path: "/api/v1/nodes", extract: parseHoldNode }));
  const needs = [
    ["watch", daemonSets],
    ["pods", pods],
    ["pods", probes],
    ["nodes", nodes],
  ] as const;
  const running: Promise<void>[] = [];
  return {
    daemonSet: () => ({ known: daemonSets.list() !== undefined, object: daemonSets.list()?.[0] }),
    pods: pods.list,
    probes: probes.list,
    nodes: nodes.list,
    start(has, onChange, signal) {
      for (const [feature, each] of needs) {
        const run = has(feature) ? each.start(onChange, signal) : undefined;
        if (run !== undefined) running.push(run);
      }
    },
    stopped: async () => void (await Promise.all(running)),
  };
}

function watched<T>(informer: Informer<T>) {
  let started = false;
  let heard = false;
  return {
    // What was heard once is known from then on, also while the server is away.
    list: (): readonly T[] | undefined => {
      heard ||= started && informer.state === "synced";
      return heard ? [...informer.objects.values()] : undefined;
    },
    start(onChange: () => void, signal: AbortSignal): Promise<void> | undefined {
      if (started) return undefined;
      started = true;
      return informer.run(onChange, signal);
    },
  };
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

// Every kubernetes-image-puller gives its pods the same labels.
function isPodOf(object: unknown, daemonSetName: string): boolean {
  return recordsAt(recordAt(object, "metadata"), "ownerReferences").some(
    ({ kind, name }) => kind === "DaemonSet" && name === daemonSetName,
  );
}
