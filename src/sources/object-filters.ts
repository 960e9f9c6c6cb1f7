import type { JsonRecord } from "../lib/record.ts";
import { type LabelSelector, matchesSelector } from "../plan/label-selector.ts";
import { recordAt, textAt, textMapAt } from "./json-parts.ts";

/** Opts an object in (`"true"`) or out (`"false"`); on the object or on a pod template of it. */
export const prefetchAnnotation = "prestow.dev/prefetch";

/** Which objects of the cluster count. */
export interface ObjectFilters {
  /** None: all. */
  readonly namespaces: readonly string[];
  readonly excludedNamespaces: readonly string[];
  readonly selector: LabelSelector | undefined;
  /** Workloads count without being selected or annotated. */
  readonly allWorkloads: boolean;
}

/**
 * Decides if an object counts. The namespaces come first, then the annotation: one `"false"` excludes, whatever else
 * is said, a `"true"` includes. Then the selector decides, and where there is none, `byDefault`.
 */
export function countsObject(
  object: unknown,
  templates: readonly JsonRecord[],
  filters: ObjectFilters,
  byDefault: boolean,
): boolean {
  const metadata = recordAt(object, "metadata");
  const namespace = textAt(metadata, "namespace") ?? "";
  const { namespaces, excludedNamespaces, selector } = filters;
  if (namespaces.length > 0 && !namespaces.includes(namespace)) return false;
  if (excludedNamespaces.includes(namespace)) return false;
  const marks = [metadata, ...templates.map((template) => recordAt(template, "metadata"))].map((meta) =>
    textAt(recordAt(meta, "annotations"), prefetchAnnotation),
  );
  if (marks.includes("false")) return false;
  if (marks.includes("true")) return true;
  return selector === undefined ? byDefault : matchesSelector(selector, textMapAt(metadata, "labels"));
}
