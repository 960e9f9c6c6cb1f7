/** What the manifest that image-prefetcher's `deploy` prints depends on. */
export interface OriginalSettings {
  readonly name: string;
  readonly namespace: string;
  /** The one thing that a user changes. */
  readonly image: string;
  /** The name of a pull secret. */
  readonly secret?: string;
  readonly metrics?: boolean;
}

const rbac = "rbac.authorization.k8s.io";

/** The objects that a user of image-prefetcher v0.3.0 has, with its arguments, mounts, limits and security contexts. */
export function createOriginalManifest(settings: OriginalSettings): object[] {
  return [
    ...createAccess(settings),
    ...(settings.metrics ? createAggregator(settings) : []),
    createDaemonSet(settings),
  ];
}

function createAccess({ name, namespace }: OriginalSettings): object[] {
  const metadata = { name: `${name}-node-labeler` };
  const rules = [{ apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch", "update"] }];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata,
      subjects: [{ kind: "ServiceAccount", name, namespace }],
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: metadata.name },
    },
  ];
}

function createAggregator({ name, namespace, image }: OriginalSettings): object[] {
  const app = `${name}-metrics`;
  const metadata = { name: app, namespace, labels: { app } };
  const container = {
    name: "aggregator",
    image,
    args: ["aggregate-metrics", "--debug"],
    ports: [
      { containerPort: 8443, name: "grpc" },
      { containerPort: 8080, name: "http" },
    ],
    resources: limits("5m", "100m", "64Mi"),
    securityContext: { readOnlyRootFilesystem: true, runAsUser: 1000, runAsNonRoot: true },
  };
  const template = { metadata: { labels: { app } }, spec: { containers: [container] } };
  const ports = [
    { name: "grpc", port: 8443, protocol: "TCP" },
    { name: "http", port: 8080, protocol: "TCP" },
  ];
  return [
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector: matching(app), template } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: app, namespace },
      spec: { ports, selector: { app }, type: "LoadBalancer" },
    },
  ];
}

function createDaemonSet(settings: OriginalSettings): object {
  const { name, namespace, image } = settings;
  const sleep = {
    name: "sleep",
    image,
    args: ["sleep"],
    resources: limits("5m", "100m", "64Mi"),
    securityContext: { readOnlyRootFilesystem: true },
  };
  const spec = {
    serviceAccountName: name,
    tolerations: [{ operator: "Exists" }],
    initContainers: [createPrefetch(settings)],
    containers: [sleep],
    volumes: [
      { name: "cri-socket-dir", hostPath: { path: "/var/run/containerd" } },
      { name: "image-list", configMap: { name } },
      ...(settings.secret ? [{ name: "pull-secret", secret: { secretName: settings.secret } }] : []),
    ],
  };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace },
    spec: { selector: matching(name), template: { metadata: { labels: { app: name } }, spec } },
  };
}

function createPrefetch({ name, image, secret, metrics }: OriginalSettings): object {
  const mount = (volume: string, mountPath: string) => ({ name: volume, mountPath, readOnly: true });
  return {
    name: "prefetch",
    image,
    args: [
      "fetch",
      ...(secret ? ["--docker-config=/tmp/pull-secret/.dockerconfigjson"] : []),
      "--image-list-file=/tmp/list/images.txt",
      "--cri-socket=/tmp/cri/containerd.sock",
      ...(metrics ? [`--metrics-endpoint=${name}-metrics:8443`] : []),
    ],
    env: [
      { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
      { name: "INSTANCE_NAME", value: name },
    ],
    resources: limits("20m", "1", "256Mi"),
    volumeMounts: [
      mount("cri-socket-dir", "/tmp/cri"),
      mount("image-list", "/tmp/list"),
      ...(secret ? [mount("pull-secret", "/tmp/pull-secret")] : []),
    ],
    securityContext: { readOnlyRootFilesystem: true },
  };
}

function limits(cpuRequest: string, cpu: string, memory: string): object {
  return { requests: { cpu: cpuRequest, memory: "16Mi" }, limits: { cpu, memory } };
}

function matching(app: string): object {
  return { matchLabels: { app } };
}
