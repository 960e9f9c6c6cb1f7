/** What the syncer's manifest depends on. */
export interface SyncerSettings {
  /** The one thing that a user changes. */
  readonly image: string;
  /** Where the nodes' runtime listens: the original's own page has it set. */
  readonly socket?: string;
}

const account = "octops-controller";
const name = "octops-image-syncer";
const rbac = "rbac.authorization.k8s.io";

/** The objects of Octops image syncer's install.yaml, for the namespace `default`, with its mounts, rules and limits. */
export function createSyncerManifest(settings: SyncerSettings): object[] {
  return [...createAccess(), createDaemonSet(settings)];
}

function createAccess(): object[] {
  const metadata = { name: account, labels: { app: "agones-event-broadcaster" } };
  const rules = [
    { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
    { apiGroups: ["agones.dev"], resources: ["fleets"], verbs: ["get", "list", "watch"] },
  ];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { ...metadata, namespace: "default" } },
    { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata,
      subjects: [{ kind: "User", name: `system:serviceaccount:default:${account}`, apiGroup: rbac }],
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: account },
    },
  ];
}

function createDaemonSet(settings: SyncerSettings): object {
  const { socket = "/run/containerd/containerd.sock" } = settings;
  const labels = { name };
  const spec = {
    serviceAccountName: account,
    containers: [createContainer(settings)],
    terminationGracePeriodSeconds: 30,
    // The socket itself, not its folder: a runtime that is restarted makes another one.
    volumes: [{ name: "runtime-sock", hostPath: { path: socket, type: "Socket" } }],
  };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "default", labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function createContainer({ image }: SyncerSettings): object {
  return {
    name,
    image,
    imagePullPolicy: "Never",
    ports: [{ name: "http", containerPort: 80, protocol: "TCP" }],
    env: [{ name: "CONN_TARGET", value: "unix:///run/runtime/cri.sock" }],
    volumeMounts: [{ mountPath: "/run/runtime/cri.sock", name: "runtime-sock", readOnly: false }],
    resources: { limits: { memory: "200Mi", cpu: "300m" }, requests: { cpu: "100m", memory: "100Mi" } },
  };
}
