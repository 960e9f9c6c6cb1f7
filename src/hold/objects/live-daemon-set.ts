import { isDeepStrictEqual } from "node:util";
import { isRecord, type JsonRecord } from "../../lib/record.ts";
import { generationAnnotation, templateAnnotation } from "./names.ts";
import type { HoldDaemonSet } from "./object-types.ts";

/** What decides about a DaemonSet that the API server has. */
export interface LiveDaemonSet {
  readonly annotations: ReadonlyMap<string, string>;
  readonly generation: number;
  readonly deleting: boolean;
  /** Names of the Deployments that own it. */
  readonly owners: readonly string[];
  readonly selector: JsonRecord;
}

/** Reads what is there; what is missing or of another type counts as empty. */
export function parseLive(live: unknown): LiveDaemonSet {
  const metadata = child(live, "metadata");
  const generation = metadata["generation"];
  return {
    annotations: textsOf(metadata["annotations"]),
    generation: typeof generation === "number" ? generation : 0,
    deleting: metadata["deletionTimestamp"] !== undefined,
    owners: recordsOf(metadata["ownerReferences"]).flatMap(({ kind, name }) =>
      kind === "Deployment" && typeof name === "string" ? [name] : [],
    ),
    selector: child(child(live, "spec"), "selector"),
  };
}

/** Whether it may be changed: it is ours, our Deployment's, or has the label of kubernetes-image-puller's pods. */
export function isAdoptable(live: LiveDaemonSet, desired: HoldDaemonSet): boolean {
  const owned = desired.metadata.ownerReferences.some(({ name }) => live.owners.includes(name));
  // Older ones name no owner, and select by this label alone.
  const { test } = desired.spec.selector.matchLabels;
  return (
    live.annotations.has(templateAnnotation) || owned || child(live.selector, "matchLabels")["test"] === test
  );
}

/** Whether its selector, which cannot be changed, is the desired one. */
export function selectsOurPods(live: LiveDaemonSet, desired: HoldDaemonSet): boolean {
  const expressions = recordsOf(live.selector["matchExpressions"]);
  const labels = live.selector["matchLabels"];
  return expressions.length === 0 && isDeepStrictEqual(labels, desired.spec.selector.matchLabels);
}

/** Whether its spec was changed after our last write; so is one that has lost our note of that. */
export function isEdited(live: LiveDaemonSet): boolean {
  return !(live.generation <= notedGeneration(live));
}

/**
 * Whether our note is ahead: a write changed less than we thought, or the object came out of a backup. The next edit
 * would not be seen.
 */
export function isNotedAhead(live: LiveDaemonSet): boolean {
  return live.generation < notedGeneration(live);
}

function notedGeneration(live: LiveDaemonSet): number {
  return Number(live.annotations.get(generationAnnotation) ?? 0);
}

/** A field's object; an empty one where there is none. */
export function child(value: unknown, field: string): JsonRecord {
  const found = isRecord(value) ? value[field] : undefined;
  return isRecord(found) ? found : {};
}

/** The objects of an array. */
export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function textsOf(value: unknown): Map<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
