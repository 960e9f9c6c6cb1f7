import { pullPolicies } from "../plan/pull-policy.ts";
import type { Command } from "./command.ts";
import { defineOptions, type InferOptions } from "./options.ts";

const second = 1000;
const minute = 60 * second;

const fetchOptions = defineOptions({
  "image-list-file": {
    type: "string",
    placeholder: "FILE",
    group: "What to fetch",
    description: "text file with one image a line; # begins a comment line. Adds to the arguments",
  },
  "pull-policy": {
    type: "enum",
    choices: pullPolicies,
    default: "Auto",
    group: "What to fetch",
    description:
      "when a present image is asked for again: Auto is Kubernetes' rule (only latest and no tag), or IfNotPresent, or Always",
  },
  "dry-run": {
    type: "boolean",
    group: "What to fetch",
    description: "show what would be pulled and why, and pull nothing",
  },
  "allow-failures": {
    type: "boolean",
    group: "What to fetch",
    description: "exit 0 although images failed",
  },
  "cri-socket": {
    type: "string",
    placeholder: "PATH",
    default: "/run/containerd/containerd.sock",
    group: "Runtime",
    description: "Unix socket of the container runtime",
  },
  "runtime-timeout": {
    type: "duration",
    defaultMs: 30 * second,
    group: "Runtime",
    description: "how long to wait for the runtime's first answer",
  },
  "image-list-timeout": {
    type: "duration",
    defaultMs: minute,
    minMs: 1,
    group: "Runtime",
    description: "bound of the runtime's image list call",
  },
  "docker-config": {
    type: "string",
    placeholder: "FILE",
    group: "Credentials",
    description: "docker config.json or .dockerconfigjson with credentials of registries",
  },
  "image-credential-provider-config": {
    type: "string",
    placeholder: "FILE",
    group: "Credentials",
    description: "the kubelet's CredentialProviderConfig; needs --image-credential-provider-bin-dir",
  },
  "image-credential-provider-bin-dir": {
    type: "string",
    placeholder: "DIR",
    group: "Credentials",
    description: "folder with the credential provider plugins",
  },
  "max-parallel": {
    type: "integer",
    default: 4,
    min: 1,
    max: 100,
    group: "Pace",
    description: "pulls at the same time; the order of the list is their priority",
  },
  "start-jitter": {
    type: "duration",
    defaultMs: 0,
    group: "Pace",
    description: "wait a random part of this before the first pull, so that nodes do not start together",
  },
  "stall-timeout": {
    type: "duration",
    defaultMs: 30 * second,
    minMs: 100,
    group: "Pace",
    description: "give up a download that stood still for this long and go on from there (containerd only)",
  },
  "overall-timeout": {
    type: "duration",
    defaultMs: 20 * minute,
    minMs: 1,
    group: "Pace",
    description: "bound of the whole run",
  },
  "initial-pull-attempt-timeout": {
    type: "duration",
    defaultMs: 30 * second,
    minMs: 1,
    group: "Pace",
    description: "bound of an image's first attempt, doubled at each further one",
  },
  "max-pull-attempt-timeout": {
    type: "duration",
    defaultMs: 5 * minute,
    minMs: 1,
    group: "Pace",
    description: "the longest that the bound of an attempt grows to",
  },
  "initial-pull-attempt-delay": {
    type: "duration",
    defaultMs: second,
    group: "Pace",
    description: "wait after an image's first failed attempt, doubled at each further one and jittered",
  },
  "max-pull-attempt-delay": {
    type: "duration",
    defaultMs: 10 * minute,
    group: "Pace",
    description: "the longest that the wait grows to",
  },
  "label-timeout": {
    type: "duration",
    defaultMs: 2 * minute,
    minMs: 1,
    group: "Cluster",
    description: "how long the node label may take at the end; NODE_NAME and INSTANCE_NAME say which",
  },
  "metrics-endpoint": {
    type: "string",
    placeholder: "HOST:PORT",
    group: "Cluster",
    description: "aggregate-metrics service to tell the result of each attempt",
  },
  "metrics-token-file": {
    type: "string",
    placeholder: "FILE",
    group: "Cluster",
    description: "token that this service asks for",
  },
  "metrics-ca-file": {
    type: "string",
    placeholder: "FILE",
    group: "Cluster",
    description: "speak TLS with this service and trust these authorities",
  },
  output: {
    type: "enum",
    choices: ["table", "json"],
    default: "table",
    group: "Output",
    description: "the result on standard output: a table for people or one JSON object",
  },
  debug: {
    type: "boolean",
    group: "Output",
    description: "log more, and the runtime's image list before and after",
  },
});

/** `prestow fetch` as help, docs and the parser know it. */
export const fetchCommand = {
  name: "fetch",
  summary: "pull a list of images through the container runtime of this node",
  description: `Pulls every image of the list over CRI and ends when each is present or has failed. An image that is present is not asked for again, a failing one never holds up the others, and each kind of failure is tried again as often as it makes sense.

Progress and logs go to standard error, the result to standard output. Exit status: 0 every image is present, 1 one or more failed, 2 flags or configuration that cannot be used, 3 the runtime was not reached, 143 stopped by SIGTERM.`,
  usage: "[flags] [IMAGE…]",
  options: fetchOptions,
  examples: [
    {
      description: "One image, onto a node with containerd",
      command: "prestow fetch docker.io/library/debian:12",
    },
    {
      description: "A list, through the runtime of k3s, and the result as JSON",
      command:
        "prestow fetch --cri-socket /run/k3s/containerd/containerd.sock --image-list-file images.txt --output json",
    },
    {
      description: "What would be pulled, and why",
      command: "prestow fetch --dry-run --image-list-file images.txt",
    },
  ],
} satisfies Command<typeof fetchOptions>;

export type FetchOptions = InferOptions<typeof fetchOptions>;
