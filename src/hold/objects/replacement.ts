import type { JsonRecord } from "../../lib/record.ts";
import { child, recordsOf } from "./live-daemon-set.ts";
import { generationAnnotation, ownAnnotationsAnnotation } from "./names.ts";
import type { HoldDaemonSet } from "./object-types.ts";

/** What `kubectl rollout restart` leaves in the template; to drop it would undo the restart. */
const restarted = "kubectl.kubernetes.io/restartedAt";

/**
 * What to send: the desired object with the note of the generation that it will have, and in place of a live one that
 * one's version and what others have put on it.
 */
export function createReplacement(
  live: JsonRecord | undefined,
  desired: HoldDaemonSet,
  generation: number,
): JsonRecord {
  const before = child(live, "metadata");
  const note = { [generationAnnotation]: String(generation) };
  const annotations = { ...listForeign(before), ...desired.metadata.annotations, ...note };
  return {
    ...desired,
    metadata: {
      ...pick(before, ["uid", "resourceVersion", "labels", "finalizers"]),
      ...desired.metadata,
      annotations,
      ownerReferences: [...listOtherOwners(before, desired), ...desired.metadata.ownerReferences],
    },
    spec: { ...desired.spec, template: keepRestart(live, desired.spec.template) },
  };
}

/** The annotations but those that DAEMONSET_ANNOTATIONS once asked for. */
function listForeign(metadata: JsonRecord): JsonRecord {
  const annotations = child(metadata, "annotations");
  const own = String(annotations[ownAnnotationsAnnotation] ?? "").split(" ");
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !own.includes(key)));
}

// A Deployment that was made again has another uid, and the reference to the old one would be this one's end.
function listOtherOwners(metadata: JsonRecord, desired: HoldDaemonSet): JsonRecord[] {
  const isOurs = ({ kind, name }: JsonRecord) =>
    desired.metadata.ownerReferences.some((owner) => owner.kind === kind && owner.name === name);
  return recordsOf(metadata["ownerReferences"]).filter((owner) => !isOurs(owner));
}

function keepRestart(live: JsonRecord | undefined, template: HoldDaemonSet["spec"]["template"]): JsonRecord {
  const before = child(child(child(live, "spec"), "template"), "metadata");
  const kept = pick(child(before, "annotations"), [restarted]);
  const annotations = { ...kept, ...template.metadata.annotations };
  return { ...template, metadata: { ...template.metadata, annotations } };
}

function pick(record: JsonRecord, fields: readonly string[]): JsonRecord {
  const given = fields.filter((field) => record[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, record[field]]));
}
