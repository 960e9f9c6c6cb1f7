import type { HoldConfig } from "../config.ts";
import type { PodSurroundings } from "../objects/container-parts.ts";
import { createProbePod } from "../objects/probe-pod.ts";
import type { PodView } from "../promotion/pod-view.ts";
import type { HoldNode } from "./hold-node.ts";
import { type ModeAnswer, modeAnnotation, type NodeKind } from "./mode-answers.ts";

/** How images are held now; no `mode`: it is not known yet, or refused, and nothing is written. */
export interface ModeChoice {
  readonly mode: "containers" | "volumes" | undefined;
  readonly reason: string;
  readonly refused?: boolean;
}

/** What is seen when the mode is chosen. */
export interface ModeInput {
  readonly config: HoldConfig;
  readonly canProbe: boolean;
  readonly surroundings: PodSurroundings;
  readonly ownerUid: string;
  /** Of the live DaemonSet. */
  readonly live: "containers" | "volumes" | undefined;
  readonly targets: readonly HoldNode[] | undefined;
  /** All probe pods. */
  readonly probes: readonly PodView[];
}

/** The choice where no pod can be made to ask by. */
export function chooseBlind(isAuto: boolean): ModeChoice {
  if (!isAuto) return { mode: "volumes", reason: "MODE=volumes" };
  return { mode: "containers", reason: "nodes cannot be asked for image volumes: no leave to create pods" };
}

/** The choice where the API server itself is against image volumes. */
export function refuse(isAuto: boolean, reason: string): ModeChoice {
  return isAuto ? { mode: "containers", reason } : { mode: undefined, reason, refused: true };
}

/** The choice by what the nodes have said. */
export function sumUp(kinds: readonly NodeKind[], answers: ReadonlyMap<string, ModeAnswer>): ModeChoice {
  const given = kinds.map(({ flavour }) => answers.get(flavour));
  for (const answer of given) if (answer?.ok === false) return { mode: "containers", reason: answer.reason };
  if (kinds.length === 0) return { mode: undefined, reason: "there is no node that is ready" };
  if (given.includes(undefined)) return { mode: undefined, reason: "nodes are asked for image volumes" };
  return { mode: "volumes", reason: "every kind of node can mount image volumes" };
}

/** A pod with one image volume: our own image, which is there anyway. */
export function createModeProbe(
  { config, surroundings, ownerUid }: ModeInput,
  { flavour, nodeName }: NodeKind,
  attempt: number,
) {
  const pod = createProbePod(config, {
    ...surroundings,
    images: [{ name: "probe", pinnedRef: surroundings.pauseImage }],
    mode: "volumes",
    nodeName,
    ownerUid,
    attempt: `mode ${flavour} ${attempt}`,
  });
  const annotations = { [modeAnnotation]: flavour };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}
