import { createFetchParts, type Mount } from "./fetch-parts.ts";
import { checksumAnnotation } from "./image-list.ts";
import type { KubeObject } from "./kube-object.ts";
import { objectMeta } from "./object-meta.ts";
import { privileged, restrictedUser, socketUser } from "./security-context.ts";
import type { DeploySettings } from "./settings.ts";

/** The DaemonSet: on each node `fetch` pulls the list, and then a container that sleeps tells that it is done. */
export function createDaemonSet(settings: DeploySettings): KubeObject {
  const labels = { app: settings.name };
  const podAnnotations = createPodAnnotations(settings);
  const { maxUnavailable, flavor } = settings;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: objectMeta(settings, flavor === "ocp" ? { annotations: linterAnnotations } : {}),
    spec: {
      selector: { matchLabels: labels },
      ...(maxUnavailable !== undefined && {
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable } },
      }),
      template: {
        metadata: { labels, ...(podAnnotations && { annotations: podAnnotations }) },
        spec: createPodSpec(settings),
      },
    },
  };
}

const linterAnnotations = Object.fromEntries(
  ["privilege-escalation-container", "privileged-container", "run-as-non-root"].map((check) => [
    `ignore-check.kube-linter.io/${check}`,
    "The runtime's socket can only be reached so.",
  ]),
);

function createPodAnnotations({ flavor, imageList }: DeploySettings): Record<string, string> | undefined {
  if (flavor !== "ocp" && imageList === undefined) return undefined;
  return {
    ...(flavor === "ocp" && { "openshift.io/required-scc": "privileged" }),
    ...(imageList !== undefined && checksumAnnotation(imageList)),
  };
}

function createPodSpec(settings: DeploySettings): Record<string, unknown> {
  const { priorityClass, nodeSelector, tolerations } = settings;
  const parts = createFetchParts(settings);
  const mounts = parts.flatMap((part) => part.mounts ?? []);
  return {
    serviceAccountName: settings.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
    nodeSelector,
    tolerations,
    initContainers: [
      createFetch(
        settings,
        parts.flatMap((part) => part.args ?? []),
        mounts,
      ),
    ],
    containers: [createSleep(settings)],
    volumes: mounts.map(({ name, source }) => ({ name, ...source })),
  };
}

function createFetch(
  { name, image, flavor, fetchResources }: DeploySettings,
  args: readonly string[],
  mounts: readonly Mount[],
): Record<string, unknown> {
  return {
    name: "prefetch",
    image,
    args: ["fetch", ...args],
    env: [
      { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
      { name: "INSTANCE_NAME", value: name },
    ],
    resources: fetchResources,
    // So that `kubectl describe pod` tells what failed.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: mounts.map((mount) => ({ name: mount.name, mountPath: mount.path, readOnly: true })),
    securityContext: flavor === "ocp" ? privileged : socketUser,
  };
}

function createSleep({ image, sleepResources }: DeploySettings): Record<string, unknown> {
  return {
    name: "sleep",
    image,
    args: ["sleep"],
    resources: sleepResources,
    securityContext: restrictedUser,
  };
}
