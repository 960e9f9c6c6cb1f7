import type { MetricDescription } from "../../results/agent/metric-table.ts";
import { processMetricFamilies } from "../../results/metrics/process-families.ts";

/**
 * Every family that the controller shows, in this order. Images are labels by the names of the configuration, which are
 * few; nodes are none.
 */
export const holdMetricFamilies = [
  {
    name: "prestow_hold_leading",
    type: "gauge",
    help: "Whether this replica does the work (1) or waits (0).",
    labels: [],
  },
  {
    name: "prestow_hold_images",
    type: "gauge",
    help: "Images of the configuration, by how far they are.",
    labels: ["phase"],
  },
  {
    name: "prestow_hold_image_ready_nodes",
    type: "gauge",
    help: "Nodes that hold the image now.",
    labels: ["image"],
  },
  {
    name: "prestow_hold_image_failed_nodes",
    type: "gauge",
    help: "Nodes on which the image cannot be had, by Kubernetes' reason.",
    labels: ["image", "reason"],
  },
  {
    name: "prestow_hold_image_failures",
    type: "gauge",
    help: "Failures of the image's own in succession, before it is held.",
    labels: ["image"],
  },
  {
    name: "prestow_hold_nodes",
    type: "gauge",
    help: "Nodes that are to hold images (desired), and those whose pod is ready.",
    labels: ["state"],
  },
  {
    name: "prestow_hold_slots",
    type: "gauge",
    help: "Pods that wait for a slot, have one, or had one and are not ready (stuck).",
    labels: ["state"],
  },
  {
    name: "prestow_hold_problem",
    type: "gauge",
    help: "Whether nothing can be written now (1); the log and /readyz say why.",
    labels: [],
  },
  {
    name: "prestow_hold_configuration_refused",
    type: "gauge",
    help: "Whether the newest configuration is bad and an older one is in force (1).",
    labels: [],
  },
  {
    name: "prestow_hold_looks",
    type: "counter",
    help: "Looks at the cluster, by what became of them.",
    labels: ["result"],
  },
  {
    name: "prestow_hold_build_info",
    type: "gauge",
    help: "Always 1; the version is its label.",
    labels: ["version"],
  },
  ...processMetricFamilies,
] as const satisfies readonly MetricDescription[];

/** The name of one of the controller's families. */
export type HoldMetricName = (typeof holdMetricFamilies)[number]["name"];
