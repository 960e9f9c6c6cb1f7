import { KubeError } from "../../kube/errors.ts";
import { recordAt, recordsAt } from "../../sources/json-parts.ts";

/** Whether image volumes can be had by what the API server makes of a pod with one. */
export type VolumesVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const alwaysPulled =
  "the admission plugin AlwaysPullImages is on: the kubelet would ask the registry for every image again and again";
const unknownField = "the API server does not know image volumes (Kubernetes 1.35, or 1.31 with ImageVolume)";

/** Judges what the API server makes of a pod with one image volume and `IfNotPresent`; pure. */
export function judgeDryPod(pod: unknown): VolumesVerdict {
  const spec = recordAt(pod, "spec");
  const policies = [
    ...recordsAt(spec, "containers").map((container) => container["imagePullPolicy"]),
    ...recordsAt(spec, "volumes").map((volume) => recordAt(volume, "image")["pullPolicy"]),
  ];
  if (policies.includes("Always")) return { ok: false, reason: alwaysPulled };
  const has = recordsAt(spec, "volumes").some((volume) => volume["image"] !== undefined);
  return has ? { ok: true } : { ok: false, reason: unknownField };
}

/** Judges that the API server takes no such pod; undefined where that says nothing of image volumes. */
export function judgeDryFault(error: unknown): VolumesVerdict | undefined {
  if (!(error instanceof KubeError) || error.kind !== "invalid") return undefined;
  return { ok: false, reason: `the API server takes no pod with an image volume: ${error.message}` };
}
