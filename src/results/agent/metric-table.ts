import { processMetricFamilies } from "../metrics/process-families.ts";

/** One family of the agent's metrics, described. */
export interface MetricDescription {
  /** Without `_total`, which each format writes where it wants it. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every family that the agent shows, in this order. No image, owner or node is ever a label: a thousand nodes would make
 * a thousand series of each.
 */
export const agentMetricFamilies = [
  {
    name: "prestow_agent_images",
    type: "gauge",
    help: "Images that are desired on this node, by where they are; an image that waits after a failure counts as both.",
    labels: ["state"],
  },
  {
    name: "prestow_agent_images_failed",
    type: "gauge",
    help: "Desired images that are not present after a failed attempt, by the kind of the last failure.",
    labels: ["kind"],
  },
  {
    name: "prestow_agent_rejected_requests",
    type: "gauge",
    help: "Requests that name no image.",
    labels: [],
  },
  {
    name: "prestow_agent_pulls",
    type: "counter",
    help: "Attempts to pull an image, by what became of them; failed ones have the kind of the failure.",
    labels: ["result", "kind"],
  },
  {
    name: "prestow_agent_pull_duration_seconds",
    type: "histogram",
    help: "How long the attempts took that brought an image.",
    labels: [],
  },
  {
    name: "prestow_agent_pulled_bytes",
    type: "counter",
    help: "Sizes of the images that were pulled.",
    labels: [],
  },
  {
    name: "prestow_agent_downloading_bytes",
    type: "gauge",
    help: "Compressed bytes that the pulls under way have received.",
    labels: [],
  },
  {
    name: "prestow_agent_sync_age_seconds",
    type: "gauge",
    help: "Time since the runtime last listed its images; since the start where it never did.",
    labels: [],
  },
  {
    name: "prestow_agent_source_synced",
    type: "gauge",
    help: "Whether the source knows what is desired now (1) or not (0).",
    labels: ["source"],
  },
  {
    name: "prestow_agent_pinned_images",
    type: "gauge",
    help: "Images that this agent pinned.",
    labels: [],
  },
  {
    name: "prestow_agent_pinned_bytes",
    type: "gauge",
    help: "Sizes of the images that this agent pinned.",
    labels: [],
  },
  {
    name: "prestow_agent_pruned",
    type: "counter",
    help: "Images that this agent removed.",
    labels: [],
  },
  {
    name: "prestow_agent_build_info",
    type: "gauge",
    help: "Always 1; the version is its label.",
    labels: ["version"],
  },
  ...processMetricFamilies,
] as const satisfies readonly MetricDescription[];

/** The name of one of the agent's families. */
export type AgentMetricName = (typeof agentMetricFamilies)[number]["name"];
