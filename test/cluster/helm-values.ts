import { valuesArgument } from "./helm.ts";
import { variable } from "./lab.ts";
import type { Workspace } from "./workspace.ts";

/** The image of the lab, as the chart and the templates are given it. */
export function labImageParts(): { repository: string; tag: string } {
  const image = variable("PRESTOW_LAB_IMAGE");
  const colon = image.lastIndexOf(":");
  return { repository: image.slice(0, colon), tag: image.slice(colon + 1) };
}

/** All that the chart needs: its image and what is held; and the lab's registry, which has no TLS. */
export function neededValues(workspace: Workspace, images: string, more: object = {}): string {
  const registries = ["PRESTOW_LAB_REGISTRY", "PRESTOW_LAB_PRIVATE"].map(variable).join(",");
  return valuesArgument(workspace, {
    image: labImageParts(),
    configMap: { images },
    env: [{ name: "PLAIN_HTTP_REGISTRIES", value: registries }],
    ...more,
  });
}

/** A value of its own for each setting of the chart, and what of it has to be found in the objects. */
export const everyValue = {
  values: {
    deploymentName: "every-deployment",
    deploymentAnnotations: { "every-annotation": "yes" },
    replicas: 2,
    image: { repository: "registry/every", tag: "sha256:every" },
    serviceAccount: { name: "every-account" },
    updateStrategy: { type: "RollingUpdate" },
    priorityClassName: "every-controller-class",
    heldPods: { priorityClass: { create: true, name: "every-held-class", value: -77 } },
    mode: "volumes",
    maxNodes: "33%",
    configMap: {
      name: "every-config",
      images: { every: "registry/every-image:1", other: "registry/other-image:1" },
      cachingIntervalHours: 0.25,
      cachingMemoryRequest: "11Mi",
      cachingMemoryLimit: "22Mi",
      cachingCpuRequest: 0.011,
      cachingCpuLimit: "222m",
      daemonsetAnnotations: { "every-daemonset": "annotated" },
      nodeSelector: '{"every-held":"here"}',
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
      },
      tolerations: [{ key: "every-held-taint", operator: "Exists" }],
      imagePullSecrets: ["every-secret", "other-secret"],
    },
    metrics: { port: 18_096, service: true },
    rbac: { nodes: true },
    env: [{ name: "EVERY_VARIABLE", value: "every-variable" }],
    resources: { limits: { memory: "333Mi" } },
    tolerations: [{ key: "every-own-taint", operator: "Exists" }],
    nodeSelector: { "every-own": "here" },
    containerSecurityContext: { runAsUser: 4711 },
  },
  found: [
    ...["name: every-deployment", 'every-annotation: "?yes', "replicas: 2", "registry/every@sha256:every"],
    ...[
      "serviceAccountName: every-account",
      "type: RollingUpdate",
      "priorityClassName: every-controller-class",
    ],
    ...['PRIORITY_CLASS_NAME: "every-held-class"', "name: every-held-class", "value: -77", 'MODE: "volumes"'],
    ...['MAX_NODES: "33%"', "name: every-config"],
    'IMAGES: "every=registry/every-image:1;other=registry/other-image:1;"',
    ...['CACHING_INTERVAL_HOURS: "0.25"', 'MEMORY_REQUEST: "11Mi"', 'MEMORY_LIMIT: "22Mi"'],
    ...['CPU_REQUEST: "0.011"', 'CPU_LIMIT: "222m"', "ANNOTATIONS: .*every-daemonset.*annotated"],
    ...["NODE_SELECTOR: .*every-held.*here", "AFFINITY: .*nodeAffinity", "TOLERATIONS: .*every-held-taint"],
    ...['IMAGE_PULL_SECRETS: "every-secret;other-secret"', '- "every-secret"\\n +- "other-secret"'],
    ...["bind-address=0.0.0.0:18096", "containerPort: 18096", "kind: Service\\n", "port: 18096"],
    ...[
      "value: every-variable",
      "memory: 333Mi",
      "key: every-own-taint",
      "every-own: here",
      "runAsUser: 4711",
    ],
  ],
};

/** Settings that are refused, and what of the message names them. */
export const refusedValues: readonly (readonly [string, RegExp])[] = [
  ["mode=both", /\/mode/],
  ["maxNodes=0", /\/maxNodes/],
  ["maxNodes=101%", /\/maxNodes/],
  ["imagee.tag=1", /imagee/],
  ["replicas=-1", /\/replicas/],
  ["updateStrategy.type=Never", /\/updateStrategy\/type/],
  ["configMap.nodeSelector=disk", /\/configMap\/nodeSelector/],
  ["configMap.tolerations=all", /\/configMap\/tolerations/],
  ["configMap.cachingCpuLimit=much", /\/configMap\/cachingCpuLimit/],
  ["configMap.cachingIntervalHours=hourly", /\/configMap\/cachingIntervalHours/],
  ["deploymentName=Upper_Case", /\/deploymentName/],
];
