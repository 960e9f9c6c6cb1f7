import type { Command } from "./command.ts";
import { defineOptions, type InferOptions } from "./options.ts";

const telling = "Telling";
const cluster = "Cluster";

const holdOptions = defineOptions({
  "config-dir": {
    type: "string",
    placeholder: "DIR",
    group: "What is held",
    description:
      "folder with a file for each variable, such as a mounted ConfigMap; it wins over the environment, and its changes are picked up without a restart",
  },
  "metrics-bind-address": {
    type: "string",
    default: "0.0.0.0:8096",
    placeholder: "HOST:PORT",
    group: telling,
    description: "where /metrics, /readyz and /livez are served; 0 or an empty text for nowhere",
  },
  "log-format": {
    type: "enum",
    choices: ["text", "json"],
    default: "text",
    group: telling,
    description: "log lines as key=value, or as JSON",
  },
  debug: {
    type: "boolean",
    group: telling,
    description: "log more",
  },
  kubeconfig: {
    type: "string",
    placeholder: "FILE",
    group: cluster,
    description:
      "how to reach the API server; in a pod its service account unless given, else $KUBECONFIG or ~/.kube/config",
  },
});

/** `prestow hold` as help, docs and the parser know it. */
export const holdCommand = {
  name: "hold",
  summary: "keep images on every node by a pod that holds them, until it is stopped",
  description: `Keeps a DaemonSet whose pods hold the images of IMAGES on every node: the kubelet pulls them, and nothing on a node needs a socket, root or privilege. An image is tried in a pod of its own before every node gets it, and only so many nodes pull at once. It takes the place of kubernetes-image-puller: without a subcommand, and with DEPLOYMENT_NAME in the environment, prestow is this controller.

What is held, how and where is told by the variables of kubernetes-image-puller (IMAGES, CACHING_INTERVAL_HOURS, NODE_SELECTOR …) and by MODE, MAX_NODES, PRIORITY_CLASS_NAME and PLAIN_HTTP_REGISTRIES; docs/hold.md has each. IMAGES, DEPLOYMENT_NAME and CACHING_INTERVAL_HOURS have to be set. What its Role does not permit costs that one feature, and is said. Runs until SIGTERM or SIGINT, then exits 0; exits 2 where the configuration is bad at the start.`,
  usage: "[flags]",
  options: holdOptions,
  examples: [
    {
      description: "As kubernetes-image-puller's Deployment starts it, with its ConfigMap as environment",
      command: "DEPLOYMENT_NAME=kubernetes-image-puller prestow",
    },
    {
      description: "With a ConfigMap that is mounted, so that a change needs no restart",
      command: "prestow hold --config-dir /etc/prestow/hold",
    },
  ],
} satisfies Command<typeof holdOptions>;

export type HoldOptions = InferOptions<typeof holdOptions>;
