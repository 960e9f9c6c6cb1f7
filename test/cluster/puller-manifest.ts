/** What the manifest of kubernetes-image-puller depends on: values of its chart, under their names. */
export interface PullerSettings {
  /** The one thing that a user changes. */
  readonly image: string;
  readonly namespace: string;
  /** Of the Deployment and the DaemonSet. */
  readonly deploymentName?: string;
  readonly serviceAccountName?: string;
  readonly configMapName?: string;
  /** As in `IMAGES`: `name=image;name=image`. */
  readonly images: string;
  readonly cachingIntervalHours?: string;
  readonly daemonsetAnnotations?: string;
  readonly nodeSelector?: string;
  readonly imagePullSecrets?: string;
  readonly affinity?: string;
  readonly tolerations?: string;
  /** The chart of today names the Deployment's image; `null`: as older charts, which do not have the variable. */
  readonly kipImage?: string | null;
  /** More variables of the ConfigMap, or other values. */
  readonly variables?: Readonly<Record<string, string>>;
}

const rbac = "rbac.authorization.k8s.io";
const usualName = "kubernetes-image-puller";
const usualAccount = "k8s-image-puller";

/** The objects of kubernetes-image-puller's chart, with its rules and limits. */
export function createPullerManifest(settings: PullerSettings): object[] {
  return [...createAccess(settings), createConfigMap(settings), createDeployment(settings)];
}

/** The names of what the manifest makes. */
export function pullerNames(settings: PullerSettings) {
  return {
    deployment: settings.deploymentName ?? usualName,
    daemonSet: settings.variables?.["DAEMONSET_NAME"] ?? settings.deploymentName ?? usualName,
    account: settings.serviceAccountName ?? usualAccount,
    configMap: settings.configMapName ?? usualAccount,
  };
}

function createAccess(settings: PullerSettings): object[] {
  const { account } = pullerNames(settings);
  const metadata = { name: account, namespace: settings.namespace };
  const rules = [
    {
      apiGroups: ["apps"],
      resources: ["daemonsets"],
      verbs: ["create", "delete", "list", "watch", "get"],
    },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] },
  ];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      subjects: [{ kind: "ServiceAccount", name: account, namespace: settings.namespace }],
      roleRef: { apiGroup: rbac, kind: "Role", name: account },
    },
  ];
}

function createConfigMap(settings: PullerSettings): object {
  const { configMap, daemonSet } = pullerNames(settings);
  const kipImage = settings.kipImage === undefined ? settings.image : settings.kipImage;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: configMap, namespace: settings.namespace },
    data: {
      IMAGES: settings.images,
      DAEMONSET_NAME: daemonSet,
      DAEMONSET_ANNOTATIONS: settings.daemonsetAnnotations ?? "{}",
      CACHING_INTERVAL_HOURS: settings.cachingIntervalHours ?? "1",
      NAMESPACE: settings.namespace,
      CACHING_MEMORY_REQUEST: "10Mi",
      CACHING_MEMORY_LIMIT: "20Mi",
      CACHING_CPU_REQUEST: ".05",
      CACHING_CPU_LIMIT: ".2",
      NODE_SELECTOR: settings.nodeSelector ?? "{}",
      IMAGE_PULL_SECRETS: settings.imagePullSecrets ?? "",
      AFFINITY: settings.affinity ?? "{}",
      TOLERATIONS: settings.tolerations ?? "[]",
      ...(kipImage !== null && { KIP_IMAGE: kipImage }),
      ...settings.variables,
    },
  };
}

function createDeployment(settings: PullerSettings): object {
  const { deployment: name, account } = pullerNames(settings);
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: settings.namespace, labels },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: labels },
      strategy: { type: "Recreate" },
      template: {
        metadata: { labels },
        spec: { containers: [createContainer(settings)], serviceAccountName: account },
      },
    },
  };
}

function createContainer(settings: PullerSettings): object {
  const { deployment: name, configMap } = pullerNames(settings);
  return {
    name,
    image: settings.image,
    imagePullPolicy: "IfNotPresent",
    // No command: the image's own entrypoint decides by the environment.
    env: [{ name: "DEPLOYMENT_NAME", value: name }],
    envFrom: [{ configMapRef: { name: configMap } }],
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  };
}
