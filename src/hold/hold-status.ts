import type { ProbeFailure } from "./promotion/judge-probe.ts";
import type { ReferencePhase } from "./promotion/report.ts";

/** What is told of one image. */
export interface HeldImageStatus {
  readonly name: string;
  readonly ref: string;
  readonly phase: ReferencePhase;
  /** What the shared pod holds of it. */
  readonly heldRef: string | undefined;
  readonly digest: string | undefined;
  /** Nodes whose pod holds it now; undefined where pods may not be watched. */
  readonly readyNodes: number | undefined;
  /** Nodes on which it could not be had, by Kubernetes' reason. */
  readonly nodeFailures: Readonly<Record<string, number>>;
  /** Why it is not what it should be. */
  readonly failure: ProbeFailure | undefined;
  /** Failures of the image's own in succession. */
  readonly failures: number;
}

/** The nodes that are to hold. */
export interface HoldNodesStatus {
  readonly desired: number;
  readonly ready: number;
  /** Pods that wait for a slot, have one, and had one without getting ready. */
  readonly waiting: number;
  readonly open: number;
  readonly stuck: number;
}

/** All that is told of one look at the world. */
export interface HoldStatus {
  /** False: another replica does the work. */
  readonly leading: boolean;
  readonly mode: "containers" | "volumes" | undefined;
  readonly modeReason: string;
  readonly images: readonly HeldImageStatus[];
  readonly nodes: HoldNodesStatus;
  /** Why nothing is written, and somebody has to mend it; undefined where all is well. */
  readonly problem: string | undefined;
  /** What is waited for before anything is decided; it passes by itself. */
  readonly pending: string | undefined;
  /** Why the newest configuration is not in force. */
  readonly configFaults: readonly string[];
}

/** Nobody holds anything yet. */
export const noNodes: HoldNodesStatus = { desired: 0, ready: 0, waiting: 0, open: 0, stuck: 0 };
