import type { Command } from "./command.ts";
import { defineOptions, type InferOptions } from "./options.ts";

const aggregateMetricsOptions = defineOptions({
  "grpc-port": {
    type: "integer",
    default: 8443,
    min: 0,
    max: 65535,
    group: "Listening",
    description: "port that nodes submit their results to, over gRPC",
  },
  "http-port": {
    type: "integer",
    default: 8080,
    min: 0,
    max: 65535,
    group: "Listening",
    description: "port that shows them: /metrics and /healthz",
  },
  "listen-address": {
    type: "string",
    placeholder: "ADDRESS",
    group: "Listening",
    description: "IP address to listen on; all of them where none is given",
  },
  "tls-cert-file": {
    type: "string",
    placeholder: "FILE",
    group: "Listening",
    description: "certificate chain in PEM for both ports, read at the start; needs --tls-key-file",
  },
  "tls-key-file": {
    type: "string",
    placeholder: "FILE",
    group: "Listening",
    description: "private key in PEM that belongs to it",
  },
  "token-file": {
    type: "string",
    placeholder: "FILE",
    group: "Listening",
    description: "token that both ports ask for as bearer token, read at the start; /healthz stays open",
  },
  "max-entries": {
    type: "integer",
    default: 10_000,
    min: 1,
    max: 1_000_000,
    group: "Results",
    description: "results that are held; beyond them the oldest go, and are counted",
  },
  "state-file": {
    type: "string",
    placeholder: "FILE",
    group: "Results",
    description: "file that keeps the results over a restart; without it they are in memory only",
  },
  debug: {
    type: "boolean",
    description: "log every result that arrives",
  },
});

/** `prestow aggregate-metrics` as help, docs and the parser know it. */
export const aggregateMetricsCommand = {
  name: "aggregate-metrics",
  summary: "gather what became of each pull on all nodes, and show it over HTTP",
  description: `Takes the results that \`prestow fetch --metrics-endpoint\`, or image-prefetcher, submits from each node, and shows one for each attempt: as a JSON array on /metrics, or as metrics to Prometheus, which asks for its own format. Runs until SIGTERM or SIGINT, then exits 0.`,
  usage: "[flags]",
  options: aggregateMetricsOptions,
  examples: [
    {
      description: "With results that survive a restart",
      command: "prestow aggregate-metrics --state-file /var/lib/prestow/results.jsonl",
    },
  ],
} satisfies Command<typeof aggregateMetricsOptions>;

export type AggregateMetricsOptions = InferOptions<typeof aggregateMetricsOptions>;
