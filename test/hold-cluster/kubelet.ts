import { isRecord, type JsonRecord } from "../../src/lib/record.ts";
import { recordAt, recordsAt } from "../../src/sources/json-parts.ts";
import type { FakeObject } from "../kube/fake-resource.ts";
import { paths } from "./controller.ts";
import type { FakeCluster } from "./fake-cluster.ts";

const now = "2026-01-01T00:00:00Z";

/** The pods that there are. */
export function listPods(cluster: FakeCluster): readonly FakeObject[] {
  return cluster.resource(paths.pods).at(Number.MAX_SAFE_INTEGER);
}

/** The references that a pod or a template names, of containers or image volumes. */
export function refsOf(podSpec: unknown): string[] {
  const volumes = recordsAt(podSpec, "volumes").flatMap(
    (volume) => recordAt(volume, "image")["reference"] ?? [],
  );
  const containers = recordsAt(podSpec, "containers").map(({ image }) => image);
  return (volumes.length > 0 ? volumes : containers).map(String).toSorted();
}

/** Lets all pods run that wait for nothing; `fail` gives the message of those whose image cannot be had. */
export function runPods(
  cluster: FakeCluster,
  fail: (refs: readonly string[]) => string | undefined = () => undefined,
) {
  for (const pod of listPods(cluster)) {
    const spec = isRecord(pod["spec"]) ? pod["spec"] : {};
    if (recordsAt(spec, "schedulingGates").length > 0 || pod["status"] !== undefined) continue;
    const statuses = recordsAt(spec, "containers").map((container) => statusOf(spec, container, fail));
    const ready = statuses.every((status) => status.ready);
    const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
    const status = { phase: "Running", conditions, containerStatuses: statuses };
    cluster.resource(paths.pods).set({ ...pod, spec: { ...spec, nodeName: "a" }, status });
  }
}

function statusOf(
  spec: JsonRecord,
  container: JsonRecord,
  fail: (refs: readonly string[]) => string | undefined,
) {
  const mounted = new Set(recordsAt(container, "volumeMounts").map(({ name }) => name));
  const volumes = recordsAt(spec, "volumes").filter((volume) => mounted.has(volume["name"]));
  const message = fail(refsOf({ containers: [container], volumes }));
  const { name } = container;
  if (message === undefined) return { name, ready: true, state: { running: { startedAt: now } } };
  return { name, ready: false, state: { waiting: { reason: "ErrImagePull", message } } };
}
