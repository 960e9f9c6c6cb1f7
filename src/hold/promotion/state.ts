import type { ProvenImage } from "../held-set.ts";
import type { ProbeFailure } from "./judge-probe.ts";

/** An image of the configuration as it is to be held now. */
export interface Candidate {
  readonly name: string;
  readonly ref: string;
  /** What a pod names now; undefined where its digest could not be resolved, which leaves what is held alone. */
  readonly pinnedRef: string | undefined;
  readonly digest: string | undefined;
  /** Why it could not be resolved. */
  readonly failure?: ProbeFailure;
}

/** How far a reference is on one platform. */
export interface Trial {
  /** What was tried; another one is a new trial. */
  readonly pinnedRef: string;
  readonly proven: boolean;
  /** Times that it failed by its own fault. */
  readonly failures: number;
  /** The last one, its own fault or not. */
  readonly failure: ProbeFailure | undefined;
  /** The probe that said so: each probe counts once. */
  readonly probe: string;
  /** Not tried again before it. */
  readonly nextMs: number;
}

/** All that is remembered of one reference. */
export interface ReferenceState {
  /** What is in the shared pod. */
  readonly held: ProvenImage | undefined;
  /** By platform. */
  readonly trials: ReadonlyMap<string, Trial>;
}

/** A probe that was there at the last decision. */
export interface SeenProbe {
  /** When it was seen first. */
  readonly atMs: number;
  readonly platform: string;
  /** What it was to show. */
  readonly images: readonly Pick<ProvenImage, "ref" | "pinnedRef">[];
  /** It has said all that it can. */
  readonly closed: boolean;
}

/** What is remembered between decisions; begin with `createPromotion`. */
export interface PromotionState {
  /** By reference, as the user wrote it. */
  readonly references: ReadonlyMap<string, ReferenceState>;
  /** What was found in the live DaemonSet and no candidate has claimed yet. */
  readonly found: readonly LiveImage[];
  /** By platform: probes that were asked for and not seen yet. */
  readonly ordered: ReadonlyMap<string, { readonly atMs: number; readonly images: readonly string[] }>;
  /** By uid. */
  readonly seen: ReadonlyMap<string, SeenProbe>;
  /** When the last image was proven. */
  readonly provenMs: number | undefined;
}

/** An image that a live DaemonSet holds. */
export interface LiveImage {
  /** Of its container or volume. */
  readonly name: string;
  readonly pinnedRef: string;
}

/** The state of one who has just begun: what the live DaemonSet holds stays held, or a restart would let go of all. */
export function createPromotion(live: readonly LiveImage[]): PromotionState {
  return {
    references: new Map(),
    found: live,
    ordered: new Map(),
    seen: new Map(),
    provenMs: undefined,
  };
}

/** What is known of a reference; of a new one nothing. */
export function referenceOf(references: ReadonlyMap<string, ReferenceState>, ref: string): ReferenceState {
  return references.get(ref) ?? { held: undefined, trials: new Map() };
}
