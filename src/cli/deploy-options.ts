import { agentKinds, strategies } from "../manifests/agent/settings.ts";
import { runtimes } from "../manifests/host-paths.ts";
import { flavors, serviceTypes } from "../manifests/settings.ts";
import type { Command } from "./command.ts";
import { defineOptions, type InferOptions } from "./options.ts";

const what = "What to deploy";
const access = "Access and security";
const pace = "Where and how fast";
const resources = "Resources (an empty value leaves one out)";
const agent = "With --strategy agent";

const deployOptions = defineOptions({
  strategy: {
    type: "enum",
    choices: strategies,
    default: "fetch",
    group: what,
    description:
      "fetch pulls a list once on each node; agent keeps on each node what the cluster runs, by the agent's flags behind --",
  },
  "image-list": {
    type: "string",
    placeholder: "FILE",
    group: what,
    description:
      "put this list into the manifest's ConfigMap; a changed list then rolls the pods of fetch, and an agent reads it anew. Without it, create the ConfigMap NAME with the key images.txt yourself",
  },
  namespace: {
    type: "string",
    placeholder: "NAME",
    group: what,
    description:
      "where the instance runs; without it, give -n to kubectl, and only in the namespace default nodes can be labelled, or an agent do anything",
  },
  image: {
    type: "string",
    placeholder: "REPOSITORY",
    group: what,
    description:
      "repository of Prestow's image, for a mirror; with a tag or a digest it is used as it is, without --version",
  },
  version: {
    type: "string",
    placeholder: "TAG",
    group: what,
    description: "tag of Prestow's image; this program's own version unless given",
  },
  "collect-metrics": {
    type: "boolean",
    group: what,
    description: "add the aggregator of pull results, with a Service",
  },
  "service-type": {
    type: "enum",
    choices: serviceTypes,
    default: "ClusterIP",
    group: what,
    description: "type of the aggregator's Service, which asks nobody who they are",
  },
  "k8s-flavor": {
    type: "enum",
    choices: flavors,
    group: access,
    description: "vanilla (unless given), or ocp for OpenShift, where pods need the privileged SCC",
  },
  runtime: {
    type: "enum",
    choices: runtimes,
    group: access,
    description: "container runtime of the nodes, for its socket; containerd unless given, on ocp crio",
  },
  secret: {
    type: "string",
    placeholder: "NAME",
    group: access,
    description: "secret of type kubernetes.io/dockerconfigjson for the images, in the instance's namespace",
  },
  "use-kubelet-image-credential-integration": {
    type: "string",
    placeholder: "GKE",
    group: access,
    description:
      "ask the kubelet's credential provider plugins, at the paths of GKE; takes the -distro variant of the image",
  },
  "admission-policy": {
    type: "boolean",
    default: true,
    group: access,
    description:
      "add the ValidatingAdmissionPolicy that lets a pod write only its label (an agent: also its taint and events) of its own node; =false for Kubernetes below 1.30",
  },
  "max-unavailable": {
    type: "string",
    placeholder: "NUMBER|PERCENT",
    group: pace,
    description: "nodes at once in an update; 1 unless given, for an agent 10%",
  },
  "max-parallel": {
    type: "integer",
    min: 1,
    max: 100,
    group: pace,
    description: "pulls at the same time on a node, see prestow fetch",
  },
  "start-jitter": {
    type: "duration",
    group: pace,
    description: "spread the start of nodes over this time, see prestow fetch",
  },
  "node-selector": {
    type: "list",
    placeholder: "KEY=VALUE",
    group: pace,
    description: "only nodes with this label; Linux nodes unless kubernetes.io/os is given",
  },
  tolerations: {
    type: "list",
    placeholder: "KEY=VALUE:EFFECT",
    group: pace,
    description: "taints to tolerate, with commas between, or a JSON array as in a pod; all unless given",
  },
  "priority-class": {
    type: "string",
    placeholder: "NAME",
    group: pace,
    description: "PriorityClass of the pods",
  },
  kind: {
    type: "enum",
    choices: agentKinds,
    default: "daemonset",
    group: agent,
    description:
      "a DaemonSet, or a Deployment with --replicas pods, never two on a node, on nodes that --node-selector names",
  },
  replicas: {
    type: "integer",
    default: 1,
    min: 0,
    group: agent,
    description:
      "pods of the Deployment; no more than such nodes, as the others would stay pending and an update wait for them",
  },
  uninstall: {
    type: "boolean",
    group: agent,
    description:
      "print the DaemonSet NAME-uninstall instead, which takes the agent's pins from all nodes, and its label where --node-label stands behind --; delete the agent before it, and all of this manifest after its rollout",
  },
  "agent-cpu-request": quantity("10m", "CPU that the agent asks for"),
  "agent-memory-request": quantity("32Mi", "memory that the agent asks for"),
  "agent-cpu-limit": quantity("500m", "CPU that the agent may use"),
  "agent-memory-limit": quantity("64Mi", "memory that the agent may use"),
  "fetch-cpu-request": quantity("20m", "CPU that fetch asks for"),
  "fetch-memory-request": quantity("16Mi", "memory that fetch asks for"),
  "fetch-cpu-limit": quantity("1", "CPU that fetch may use"),
  "fetch-memory-limit": quantity("256Mi", "memory that fetch may use"),
  "sleep-cpu-request": quantity("5m", "CPU that the sleeping container asks for"),
  "sleep-memory-request": quantity("16Mi", "memory that the sleeping container asks for"),
  "sleep-cpu-limit": quantity("100m", "CPU that the sleeping container may use"),
  "sleep-memory-limit": quantity("64Mi", "memory that the sleeping container may use"),
});

function quantity<const T extends string>(value: T, description: string) {
  return { type: "string", placeholder: "QUANTITY", default: value, group: resources, description } as const;
}

/** `prestow deploy` as help, docs and the parser know it. */
export const deployCommand = {
  name: "deploy",
  summary: "print the manifest that brings images onto every node: a list once, or what the cluster runs",
  description: `Prints Kubernetes objects as YAML: a DaemonSet NAME whose init container runs prestow fetch on each node, the account it runs as, and what that account may do. The images are those of the ConfigMap NAME. When a node is done, it has the label image-prefetcher.stackrox.io/NAME=succeeded, or failed. Nothing is changed in a cluster; give the output to kubectl apply.

Several instances may run side by side; their names must differ in the whole cluster. The form NAME VERSION FLAVOR [SECRET] of image-prefetcher's first releases is understood, too.

With --strategy agent the DaemonSet runs prestow agent, with the flags behind --; its account may do what these need and nothing else. --image-list, or the source list, gives it the list of the ConfigMap NAME.`,
  usage: "[flags] NAME [-- AGENT-FLAGS]",
  options: deployOptions,
  examples: [
    {
      description: "Create all, and wait until every node has the images",
      command: `kubectl create namespace prefetch-images
prestow deploy --namespace prefetch-images --image-list images.txt my-images | kubectl apply -f -
kubectl rollout status -n prefetch-images daemonset my-images --timeout 5m`,
    },
    {
      description: "OpenShift, with a pull secret and metrics",
      command:
        "prestow deploy --k8s-flavor ocp --namespace prefetch-images --secret pull --collect-metrics my-images",
    },
    {
      description: "K3s, a quarter of the nodes at once, none of the control plane",
      command:
        "prestow deploy --runtime k3s --max-unavailable 25% --tolerations dedicated=games:NoSchedule my-images",
    },
    {
      description: "What all Fleets and the labelled workloads run, pinned",
      command:
        "prestow deploy --strategy agent --namespace kube-system prestow-agent -- \\\n  --source fleets,workloads --selector game=yes --pin | kubectl apply -f -",
    },
  ],
} satisfies Command<typeof deployOptions>;

export type DeployOptions = InferOptions<typeof deployOptions>;
