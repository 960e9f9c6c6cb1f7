import type { Informer } from "../kube/informed.ts";
import { createInformedSource } from "./informed-source.ts";
import { recordAt, recordsAt } from "./json-parts.ts";
import { countsObject, type ObjectFilters } from "./object-filters.ts";
import { extractRequests, listTemplates, type ObjectRequests } from "./object-requests.ts";
import type { Source } from "./source.ts";
import { createTextPool } from "./text-pool.ts";

/** The workloads whose pods' images can be desired. */
export const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** What is kept of a workload. */
export type WorkloadRequests = ObjectRequests;

/** Where the API server lists each kind, in all namespaces. */
export const workloadPaths: Readonly<Record<WorkloadKind, string>> = {
  Deployment: "/apis/apps/v1/deployments",
  StatefulSet: "/apis/apps/v1/statefulsets",
  DaemonSet: "/apis/apps/v1/daemonsets",
  Job: "/apis/batch/v1/jobs",
  CronJob: "/apis/batch/v1/cronjobs",
};

const templatePaths: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Deployment: ["template"],
  StatefulSet: ["template"],
  DaemonSet: ["template"],
  Job: ["template"],
  CronJob: ["jobTemplate", "template"],
};

/**
 * What an informer of one kind keeps of its objects: their images, or undefined for a workload that does not count.
 * Scaled to nothing or suspended, it counts: its pods are to find their images when they come. A Job that has ended
 * will have no more pods, and one of a CronJob has the images of that.
 */
export function extractWorkload(
  kind: WorkloadKind,
  filters: ObjectFilters,
  pool = createTextPool(),
): (object: unknown) => WorkloadRequests | undefined {
  const byDefault = filters.allWorkloads;
  const counting = byDefault ? { ...filters, selector: undefined } : filters;
  return (object) => {
    if (kind === "Job" && (hasEnded(object) || isOfCronJob(object))) return undefined;
    const templates = listTemplates(object, templatePaths[kind]);
    if (!countsObject(object, templates, counting, byDefault)) return undefined;
    return extractRequests(object, kind, templates.at(-1), pool);
  };
}

/** The source of what workloads use; the keys of the informers name them for people: `Deployment`. */
export function createWorkloadSource(options: {
  readonly informers: ReadonlyMap<string, Informer<WorkloadRequests>>;
}): Source {
  return createInformedSource({
    name: "workloads",
    informers: options.informers,
    describeAbsent: (kind) => `the cluster does not know the kind ${kind}`,
  });
}

function hasEnded(job: unknown): boolean {
  return recordsAt(recordAt(job, "status"), "conditions").some(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

function isOfCronJob(job: unknown): boolean {
  return recordsAt(recordAt(job, "metadata"), "ownerReferences").some(({ kind }) => kind === "CronJob");
}
