import type { JsonRecord } from "../../lib/record.ts";
import { type ContainerView, parseContainerViews } from "./container-view.ts";
import { recordOf, recordsOf, textOf } from "./json-field.ts";

/** What decisions need of a pod. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Where it runs or, while it waits for a slot, where its DaemonSet wants it. */
  readonly nodeName: string | undefined;
  /** `amd64`, where its node selector asks for one; the platform of a probe. */
  readonly arch: string | undefined;
  /** `Pending` where it says nothing. */
  readonly phase: string;
  /** Of a pod that has ended: `DeadlineExceeded`, `Evicted`. */
  readonly reason: string | undefined;
  /** Scheduling gates that are still there. */
  readonly gates: readonly string[];
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly createdMs: number | undefined;
  readonly initContainers: readonly ContainerView[];
  readonly containers: readonly ContainerView[];
}

/** Reads a pod as the API server tells of it; undefined for what is none. What is missing in it is empty. */
export function parsePodView(object: unknown): PodView | undefined {
  const metadata = recordOf(recordOf(object)["metadata"]);
  const spec = recordOf(recordOf(object)["spec"]);
  const status = recordOf(recordOf(object)["status"]);
  const name = textOf(metadata["name"]);
  const uid = textOf(metadata["uid"]);
  if (name === undefined || uid === undefined) return undefined;
  return {
    name,
    uid,
    labels: textsOf(metadata["labels"]),
    annotations: textsOf(metadata["annotations"]),
    nodeName: textOf(spec["nodeName"]) ?? findTargetNode(spec),
    arch: textsOf(spec["nodeSelector"])["kubernetes.io/arch"],
    phase: textOf(status["phase"]) ?? "Pending",
    reason: textOf(status["reason"]),
    gates: recordsOf(spec["schedulingGates"]).flatMap((gate) => textOf(gate["name"]) ?? []),
    ready: hasCondition(status, "Ready"),
    deleting: textOf(metadata["deletionTimestamp"]) !== undefined,
    createdMs: parseTime(metadata["creationTimestamp"]),
    initContainers: parseContainerViews(spec, status, "init"),
    containers: parseContainerViews(spec, status, "main"),
  };
}

/** Whether a pod has ended, one way or the other, and will not start again. */
export function hasEnded({ phase }: Pick<PodView, "phase">): boolean {
  return phase === "Failed" || phase === "Succeeded";
}

// The DaemonSet controller names the node by an affinity to its name, long before the scheduler binds the pod.
function findTargetNode(spec: JsonRecord): string | undefined {
  const affinity = recordOf(recordOf(spec["affinity"])["nodeAffinity"]);
  const required = recordOf(affinity["requiredDuringSchedulingIgnoredDuringExecution"]);
  const fields = recordsOf(required["nodeSelectorTerms"]).flatMap((term) => recordsOf(term["matchFields"]));
  const field = fields.find(({ key }) => key === "metadata.name");
  const values = field?.["values"];
  return Array.isArray(values) ? textOf(values[0]) : undefined;
}

function hasCondition(status: JsonRecord, type: string): boolean {
  return recordsOf(status["conditions"]).some(
    (condition) => condition["type"] === type && condition["status"] === "True",
  );
}

function parseTime(value: unknown): number | undefined {
  const timeMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(recordOf(value)).flatMap(([key, text]) =>
    typeof text === "string" ? [[key, text]] : [],
  );
  return Object.fromEntries(pairs);
}
