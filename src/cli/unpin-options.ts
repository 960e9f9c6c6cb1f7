import type { Command } from "./command.ts";
import { defineOptions, type InferOptions } from "./options.ts";

const unpinOptions = defineOptions({
  all: {
    type: "boolean",
    group: "What to take away",
    description: "every pin that prestow agent has set; needed, so that nobody unpins by mistake",
  },
  "node-label": {
    type: "string",
    placeholder: "KEY",
    group: "What to take away",
    description: "the label of this node, too, which NODE_NAME names",
  },
  "cri-socket": {
    type: "string",
    placeholder: "PATH|HOST:PORT",
    env: "CONN_TARGET",
    group: "Runtime",
    description:
      "where the container runtime listens: a path, unix://PATH, or host:port; /run/containerd/containerd.sock unless given",
  },
  "runtime-timeout": {
    type: "duration",
    defaultMs: 30_000,
    group: "Runtime",
    description: "how long to wait for the runtime's first answer",
  },
  kubeconfig: {
    type: "string",
    placeholder: "FILE",
    group: "Cluster",
    description: "how to reach the API server for the label; in a pod its service account unless given",
  },
  master: {
    type: "string",
    placeholder: "URL",
    group: "Cluster",
    description: "address of the API server, instead of the one that is found there",
  },
  debug: { type: "boolean", description: "log more" },
});

/** `prestow unpin` as help, docs and the parser know it. */
export const unpinCommand = {
  name: "unpin",
  summary: "take away every pin that prestow agent has set on this node",
  description:
    "For the end of an agent: a pin that outlives it would keep the kubelet from freeing the disk. Pins of others stay. Running it again does no harm. Exit status: 0 no pin of ours is left, 1 something could not be taken away, 2 flags that cannot be used, 3 the runtime was not reached.",
  usage: "--all [flags]",
  options: unpinOptions,
  examples: [
    {
      description: "All pins, and the node's label",
      command: "prestow unpin --all --node-label prestow.dev/images",
    },
  ],
} satisfies Command<typeof unpinOptions>;

export type UnpinOptions = InferOptions<typeof unpinOptions>;
