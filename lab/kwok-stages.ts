const deleted = { key: ".metadata.deletionTimestamp", operator: "Exists" };
const alive = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const starting = { key: ".status.podIP", operator: "DoesNotExist" };

/** How long a simulated pod takes until it is ready: as long as some small pulls, and not all pods alike. */
export const kwokStartMs = { least: 500, most: 3_000 } as const;

// A Go template that renders a pod's status, with a state of each container.
const readyStatus = `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") | Quote }}
conditions:
{{ range $type := list "Initialized" "ContainersReady" "Ready" }}
- { type: {{ $type }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
`;

// The same of a node. Its lease is what it lives by.
const nodeStatus = `
{{ $now := Now }}
phase: Running
addresses:
- { type: InternalIP, address: {{ NodeIP | Quote }} }
- { type: Hostname, address: {{ NodeName | Quote }} }
allocatable: { cpu: "64", memory: 256Gi, pods: "250" }
capacity: { cpu: "64", memory: 256Gi, pods: "250" }
conditions:
{{ range NodeConditions }}
- { type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }} }
{{ end }}
`;
const ready = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const notReady = { key: ready, operator: "NotIn", values: ["True"] };

function stage(kind: "Node" | "Pod", name: string, spec: object): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: { resourceRef: { apiGroup: "v1", kind }, ...spec },
  };
}

/** kwok's configuration, as JSON documents: what becomes of simulated nodes and pods. */
export function renderKwokStages(): string {
  const stages = [
    stage("Node", "node-ready", {
      selector: { matchExpressions: [notReady] },
      next: { statusTemplate: nodeStatus },
    }),
    stage("Pod", "pod-ready", {
      selector: { matchExpressions: [alive, starting] },
      delay: { durationMilliseconds: kwokStartMs.least, jitterDurationMilliseconds: kwokStartMs.most },
      next: { statusTemplate: readyStatus },
    }),
    stage("Pod", "pod-delete", {
      selector: { matchExpressions: [deleted] },
      next: { finalizers: { empty: true }, delete: true },
    }),
  ];
  return stages.map((each) => `${JSON.stringify(each)}\n`).join("---\n");
}
