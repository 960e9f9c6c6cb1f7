import { isRecord, type JsonRecord } from "../../lib/record.ts";
import {
  isAdoptable,
  isEdited,
  isNotedAhead,
  type LiveDaemonSet,
  parseLive,
  selectsOurPods,
} from "./live-daemon-set.ts";
import { detailsAnnotation, templateAnnotation } from "./names.ts";
import type { HoldDaemonSet } from "./object-types.ts";
import { createReplacement } from "./replacement.ts";

/** What has to be done so that the live DaemonSet is the desired one; `object` is what to send. */
export type DaemonSetChange =
  | { readonly kind: "none" }
  /** POST. */
  | { readonly kind: "create"; readonly object: JsonRecord }
  /**
   * PUT. `adopt`: it is kubernetes-image-puller's. Where the Role has no update, `fresh` is for a DELETE and a POST
   * instead, and nothing else but a changed template is worth that.
   */
  | {
      readonly kind: "update" | "adopt";
      readonly object: JsonRecord;
      readonly fresh: JsonRecord;
      readonly templateChanged: boolean;
      readonly reason: string;
    }
  /** DELETE, then POST: Kubernetes forbids the change. */
  | { readonly kind: "recreate"; readonly object: JsonRecord; readonly reason: string }
  /** It is being deleted; look again when it is gone. */
  | { readonly kind: "wait"; readonly reason: string }
  /** It is somebody else's. */
  | { readonly kind: "refuse"; readonly reason: string };

/**
 * Decides by our own hashes on the object and by its generation, never by comparing objects: the API server fills in
 * defaults and writes quantities in its own way, and webhooks change what we ask for.
 */
export function decideDaemonSetChange(live: unknown, desired: HoldDaemonSet): DaemonSetChange {
  const fresh = createReplacement(undefined, desired, 1);
  if (live === undefined) return { kind: "create", object: fresh };
  const found = parseLive(live);
  if (found.deleting) return { kind: "wait", reason: "it is being deleted" };
  if (!isAdoptable(found, desired)) return { kind: "refuse", reason: foreignReason };
  if (!selectsOurPods(found, desired))
    return { kind: "recreate", object: fresh, reason: "its selector is another one, and cannot be changed" };
  return decideUpdate(live, found, desired);
}

const foreignReason =
  "a DaemonSet of this name is there that neither the Deployment owns nor kubernetes-image-puller has made; " +
  "delete it or choose another DAEMONSET_NAME";

function decideUpdate(live: unknown, found: LiveDaemonSet, desired: HoldDaemonSet): DaemonSetChange {
  const reason = findReason(found, desired);
  if (reason === undefined) return { kind: "none" };
  const ours = found.annotations.has(templateAnnotation);
  const rollout = rolloutOf(desired.metadata.annotations[detailsAnnotation]);
  const templateChanged = !hasSame(found, desired, templateAnnotation) || isEdited(found);
  // Kubernetes counts the changes of the spec alone.
  const specChanged = templateChanged || rolloutOf(found.annotations.get(detailsAnnotation)) !== rollout;
  const generation = found.generation + (specChanged ? 1 : 0);
  return {
    kind: ours ? "update" : "adopt",
    object: createReplacement(isRecord(live) ? live : {}, desired, generation),
    fresh: createReplacement(undefined, desired, 1),
    templateChanged,
    reason,
  };
}

function findReason(found: LiveDaemonSet, desired: HoldDaemonSet): string | undefined {
  if (!found.annotations.has(templateAnnotation)) return "it was made by kubernetes-image-puller";
  if (!hasSame(found, desired, templateAnnotation)) return "its pods have to be others";
  if (isEdited(found)) return "somebody has edited it";
  if (!hasSame(found, desired, detailsAnnotation))
    return "its annotations, its owner or its rollout have to be others";
  if (isNotedAhead(found)) return "our note of its generation is ahead of it";
  return undefined;
}

function rolloutOf(details: string | undefined): string | undefined {
  return details?.split(".")[0];
}

function hasSame(found: LiveDaemonSet, desired: HoldDaemonSet, annotation: string): boolean {
  return found.annotations.get(annotation) === desired.metadata.annotations[annotation];
}
