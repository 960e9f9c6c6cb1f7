import type { ImageReference } from "../image/reference.ts";

/** How images are held: by a container of each, by image volumes of one pause container, or by what the cluster can do. */
export type HoldMode = "containers" | "volumes" | "auto";

/** An entry of `IMAGES`. */
export interface HeldImage {
  /** The name of its container; unique. */
  readonly name: string;
  readonly ref: string;
  readonly image: ImageReference;
}

/** How many nodes may pull at once. */
export type NodeBudget = { readonly nodes: number } | { readonly percent: number };

/** All that the environment says, checked; see docs/hold.md for each variable. */
export interface HoldConfig {
  readonly daemonSetName: string;
  readonly daemonSetAnnotations: Readonly<Record<string, string>>;
  readonly namespace: string;
  /** The owner of the DaemonSet. */
  readonly deploymentName: string;
  readonly images: readonly HeldImage[];
  /** Between checks of what no event tells. */
  readonly intervalMs: number;
  /** Of each image's container, as Kubernetes writes quantities. */
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu: string; readonly memory: string };
  };
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly affinity: Readonly<Record<string, unknown>>;
  readonly tolerations: readonly Readonly<Record<string, unknown>>[];
  readonly imagePullSecrets: readonly string[];
  /** `KIP_IMAGE` where it is given: `sleep` is copied from it by the original's shell command. */
  readonly kipImage: string | undefined;
  readonly mode: HoldMode;
  readonly maxNodes: NodeBudget;
  /** Of the pods that hold, where it is given. */
  readonly priorityClassName: string | undefined;
  /** What is odd and was understood all the same, one line each; for the log. */
  readonly warnings?: readonly string[];
}
