import type { ClassifyMessage } from "../promotion/judge-probe.ts";
import { judgeProbe } from "../promotion/judge-probe.ts";
import type { PodView } from "../promotion/pod-view.ts";
import type { HoldNode } from "./hold-node.ts";

/** Names, on a probe pod, the kind of node that it asks for image volumes. */
export const modeAnnotation = "prestow.dev/mode-probe";

/** A kind of node that is to be asked; `nodeName` is one of them, or undefined for any. */
export interface NodeKind {
  readonly flavour: string;
  readonly nodeName: string | undefined;
}

/** What a kind of node says of image volumes; undefined: nothing yet. */
export type ModeAnswer = { readonly ok: true } | { readonly ok: false; readonly reason: string } | undefined;

/** More kinds than these are not asked. */
const maxKinds = 8;
const patienceMs = 180_000;

/** One node of each kind. */
export function listNodeKinds(targets: readonly HoldNode[] | undefined): NodeKind[] {
  if (targets === undefined) return [{ flavour: "any", nodeName: undefined }];
  const able = targets.filter(({ ready, unschedulable }) => ready && !unschedulable);
  const kinds = new Map(able.map(({ flavour, name }) => [flavour, name]));
  return [...kinds].slice(0, maxKinds).map(([flavour, nodeName]) => ({ flavour, nodeName }));
}

/** Whether a pod asks for image volumes, and tries no image. */
export function isModeProbe({ annotations }: Pick<PodView, "annotations">): boolean {
  return annotations[modeAnnotation] !== undefined;
}

/** Reads the answer out of a pod; pure. */
export function judgeModeProbe(pod: PodView, ageMs: number, classify: ClassifyMessage): ModeAnswer {
  const [container] = pod.containers;
  if (container === undefined) return { ok: false, reason: "the probe has no container" };
  const verdict = judgeProbe(container, pod, classify);
  const where = pod.nodeName === undefined ? "no node" : `the node ${pod.nodeName}`;
  if (verdict.outcome === "proven") return { ok: true };
  if (verdict.outcome === "failed") {
    return { ok: false, reason: `${where} cannot mount an image volume: ${verdict.failure.message}` };
  }
  if (ageMs < patienceMs) return undefined;
  return { ok: false, reason: `${where} has not mounted an image volume within three minutes` };
}
