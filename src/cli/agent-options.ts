import type { Command } from "./command.ts";
import { defineOptions, type InferOptions } from "./options.ts";

const second = 1000;
const minute = 60 * second;

const sources = "What is desired";
const runtime = "Runtime";
const credentials = "Credentials";
const pace = "Pace";
const keep = "Keep and take away";
const telling = "Telling";
const cluster = "Cluster";

const agentOptions = defineOptions({
  source: {
    type: "list",
    placeholder: "fleets|workloads|list",
    group: sources,
    description:
      "where desired images come from, with commas between several: Agones Fleets, workloads, the list file; fleets unless given, or list where only --image-list-file is",
  },
  "image-list-file": {
    type: "string",
    placeholder: "FILE",
    group: sources,
    description:
      "text file with one image a line, # begins a comment line; adds the source list. It is read again when it changes, also where a ConfigMap is mounted",
  },
  namespace: {
    type: "list",
    placeholder: "NAME",
    group: sources,
    description: "only Fleets and workloads of this namespace; all unless given",
  },
  "exclude-namespace": {
    type: "list",
    placeholder: "NAME",
    group: sources,
    description: "none of this namespace",
  },
  selector: {
    type: "string",
    placeholder: "LABELS",
    group: sources,
    description:
      "only Fleets and workloads with these labels, as kubectl has it: a=b,c!=d,e in (x,y),!f; workloads need it, the annotation or --all-workloads to count",
  },
  "all-workloads": {
    type: "boolean",
    group: sources,
    description:
      'every workload counts, not only those with the annotation prestow.dev/prefetch: "true"; "false" there leaves one out',
  },
  "include-image": {
    type: "list",
    placeholder: "GLOB",
    group: sources,
    description: "only images whose name matches: * is any text, ? one character",
  },
  "exclude-image": {
    type: "list",
    placeholder: "GLOB",
    group: sources,
    description: "no image whose name matches",
  },
  "cri-socket": {
    type: "string",
    placeholder: "PATH|HOST:PORT",
    env: "CONN_TARGET",
    group: runtime,
    description:
      "where the container runtime listens: a path, unix://PATH, or host:port; /run/containerd/containerd.sock unless given",
  },
  "docker-config": {
    type: "string",
    placeholder: "FILE",
    group: credentials,
    description: "docker config.json or .dockerconfigjson with credentials of registries",
  },
  "image-credential-provider-config": {
    type: "string",
    placeholder: "FILE",
    group: credentials,
    description: "the kubelet's CredentialProviderConfig; needs --image-credential-provider-bin-dir",
  },
  "image-credential-provider-bin-dir": {
    type: "string",
    placeholder: "DIR",
    group: credentials,
    description: "folder with the credential provider plugins",
  },
  "pull-secret-namespace": {
    type: "list",
    placeholder: "NAME",
    group: credentials,
    description:
      "use the imagePullSecrets of Fleets and workloads in this namespace; needs leave to get its secrets, and lets every pod on the node use the private images",
  },
  "max-parallel": {
    type: "integer",
    default: 3,
    min: 1,
    max: 100,
    group: pace,
    description: "pulls at the same time",
  },
  "sync-period": {
    type: "duration",
    defaultMs: 15 * second,
    minMs: 100,
    group: pace,
    description: "how often the runtime's images are listed; what is missing is pulled again",
  },
  "start-jitter": {
    type: "duration",
    defaultMs: 0,
    group: pace,
    description: "wait a random part of this before the first pull, so that nodes do not start together",
  },
  "stall-timeout": {
    type: "duration",
    defaultMs: 30 * second,
    minMs: 100,
    group: pace,
    description: "give up a download that stood still for this long and go on from there (containerd only)",
  },
  "initial-pull-attempt-timeout": {
    type: "duration",
    defaultMs: 30 * second,
    minMs: 1,
    group: pace,
    description: "bound of an image's first attempt, doubled at each further one",
  },
  "max-pull-attempt-timeout": {
    type: "duration",
    defaultMs: 5 * minute,
    minMs: 1,
    group: pace,
    description: "the longest that the bound of an attempt grows to",
  },
  "initial-pull-attempt-delay": {
    type: "duration",
    defaultMs: second,
    group: pace,
    description: "wait after an image's first failed attempt, doubled at each further one and jittered",
  },
  "max-pull-attempt-delay": {
    type: "duration",
    defaultMs: 10 * minute,
    group: pace,
    description: "the longest that the wait grows to",
  },
  pin: {
    type: "boolean",
    group: keep,
    description:
      "pin desired images, so that the kubelet's garbage collection leaves them (containerd only); prestow unpin --all takes all pins away",
  },
  "max-pinned": {
    type: "string",
    default: "20%",
    placeholder: "PERCENT|BYTES",
    group: keep,
    description: "how much of the disk pinned images may take, such as 20% or 50Gi",
  },
  prune: {
    type: "enum",
    choices: ["off", "unpin", "remove"],
    default: "unpin",
    group: keep,
    description:
      "what becomes of images that nobody desires any more: off and unpin take only our pin away and leave the rest to the kubelet, remove removes what this agent pulled and nothing uses",
  },
  "min-free": {
    type: "string",
    default: "10%",
    placeholder: "PERCENT|BYTES",
    group: keep,
    description: "pull nothing while less of the disk than this is free, such as 10% or 5Gi; 0 for no bound",
  },
  "state-dir": {
    type: "string",
    default: "/var/lib/prestow",
    placeholder: "DIR",
    group: keep,
    description: "folder with the record of what was pulled; without it nothing is removed",
  },
  "log-format": {
    type: "enum",
    choices: ["text", "json"],
    default: "text",
    group: telling,
    description: "log lines as Octops image syncer writes them, or as JSON",
  },
  debug: {
    type: "boolean",
    group: telling,
    description: "log more",
  },
  "node-label": {
    type: "string",
    placeholder: "KEY",
    group: telling,
    description:
      "keep this label on the node: pending, ready when all desired images are there, or failed; needs NODE_NAME",
  },
  "startup-taint": {
    type: "string",
    placeholder: "KEY",
    group: telling,
    description: "take this taint from the node when all desired images are there; needs NODE_NAME",
  },
  "taint-timeout": {
    type: "duration",
    defaultMs: 8 * minute,
    minMs: 1,
    group: telling,
    description: "take it away after this time at the latest, with a warning and an event",
  },
  events: {
    type: "boolean",
    default: true,
    group: telling,
    description: "write Kubernetes events of failures; needs NODE_NAME",
  },
  "metrics-bind-address": {
    type: "string",
    default: "0.0.0.0:8095",
    placeholder: "HOST:PORT",
    group: telling,
    description: "where /metrics, /readyz and /livez are served; 0 or an empty text for nowhere",
  },
  kubeconfig: {
    type: "string",
    placeholder: "FILE",
    group: cluster,
    description:
      "how to reach the API server; in a pod its service account unless given, else $KUBECONFIG or ~/.kube/config",
  },
  master: {
    type: "string",
    placeholder: "URL",
    group: cluster,
    description: "address of the API server, instead of the one that is found there",
  },
  addr: {
    type: "string",
    hidden: true,
    description: "accepted, without effect",
  },
});

/** `prestow agent` as help, docs and the parser know it. */
export const agentCommand = {
  name: "agent",
  summary: "keep the images that the cluster runs on this node, until it is stopped",
  description: `Watches what asks for images (Agones Fleets, workloads, a list), pulls what is missing on this node over CRI, and pulls again what is deleted. One agent runs on each node; prestow deploy --strategy agent prints the manifest. It takes the place of Octops image syncer: without a subcommand, and with CONN_TARGET in the environment, prestow is this agent.

NODE_NAME in the environment says which node it is. Without it every image is taken to be for this node, and there is no label, taint or event. What the cluster does not permit costs that one feature, and is said. Runs until SIGTERM or SIGINT, then exits 0.`,
  usage: "[flags]",
  options: agentOptions,
  examples: [
    {
      description: "The images of all Fleets, as Octops image syncer has them",
      command: "CONN_TARGET=unix:///run/containerd/containerd.sock prestow",
    },
    {
      description: "The images of all Deployments, DaemonSets … labelled game=yes, pinned",
      command: "prestow agent --source workloads --selector game=yes --pin",
    },
    {
      description: "Fleets and a list, on K3s; nodes are not ready for pods before",
      command:
        "NODE_NAME=node1 prestow agent --source fleets,list --image-list-file images.txt \\\n  --cri-socket /run/k3s/containerd/containerd.sock --startup-taint prestow.dev/images-missing",
    },
  ],
} satisfies Command<typeof agentOptions>;

export type AgentOptions = InferOptions<typeof agentOptions>;
