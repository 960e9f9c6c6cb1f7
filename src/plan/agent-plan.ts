import type { Random } from "../lib/clock.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { PresentIndex } from "./agent-plan-index.ts";
import { decideRepair, isForgotten, type Repair } from "./repair.ts";

/** What is known of one desired image before a turn of the agent's loop. */
export interface PlanCandidate {
  /** Normalized. */
  readonly name: string;
  /** The image id, where the runtime lists what was pulled under another name. */
  readonly knownAs: string | undefined;
  /** It was present in the turn before. */
  readonly wasPresent: boolean;
  /** An attempt to pull it is running. */
  readonly pulling: boolean;
  readonly repair: Repair | undefined;
}

/** `unknown`: the disk has not been looked at yet. */
export type RoomForImages = "enough" | "too-little" | "unknown";

/** What is known of the node. */
export interface PlanWorld {
  /** Undefined until the runtime has listed its images once. */
  readonly present: PresentIndex | undefined;
  /** The kubelet's condition. */
  readonly diskPressure: boolean;
  readonly room: RoomForImages;
  readonly nowMs: number;
  readonly random: Random;
}

/** What is done about one desired image, and why. */
export type PlannedStep =
  | { readonly action: "keep"; readonly reason: string; readonly present: RuntimeImage }
  | { readonly action: "pull"; readonly reason: string }
  | { readonly action: "wait"; readonly reason: string }
  | { readonly action: "hold-back"; readonly reason: "EvictedByGC" | "DiskPressure" | "DiskFloor" };

export type AgentPlanEntry = PlannedStep & {
  /** As it is after this turn. */
  readonly repair: Repair | undefined;
};

/** Decides for one desired image; the order of the rules is the specification. */
export function decideAgentStep(candidate: PlanCandidate, world: PlanWorld): AgentPlanEntry {
  const remembered = candidate.repair;
  const before = remembered === undefined || isForgotten(remembered, world.nowMs) ? undefined : remembered;
  // What runs ends by itself: a pull is often seen as present a moment before its own answer comes.
  if (candidate.pulling) return { action: "pull", reason: "its pull is running", repair: before };
  if (world.present === undefined) {
    return { action: "wait", reason: "the runtime has not listed its images yet", repair: before };
  }
  const present = findPresent(candidate, world.present);
  if (present !== undefined) return { action: "keep", reason: "present", present, repair: before };
  const repair = candidate.wasPresent ? decideRepair(before, world.nowMs, world.random) : before;
  return { ...decideMissing(repair, world), repair };
}

/** The image that a runtime lists for a desired one. */
export function findPresent(
  { name, knownAs }: Pick<PlanCandidate, "name" | "knownAs">,
  present: PresentIndex,
): RuntimeImage | undefined {
  return present.byName(name) ?? (knownAs === undefined ? undefined : present.byId(knownAs));
}

function decideMissing(repair: Repair | undefined, world: PlanWorld): PlannedStep {
  if (repair !== undefined && repair.heldUntilMs > world.nowMs) {
    return { action: "hold-back", reason: "EvictedByGC" };
  }
  // The kubelet takes images away now; a pull would only be its next victim.
  if (world.diskPressure) return { action: "hold-back", reason: "DiskPressure" };
  if (world.room === "unknown") return { action: "wait", reason: "the disk is being looked at" };
  if (world.room === "too-little") return { action: "hold-back", reason: "DiskFloor" };
  return { action: "pull", reason: repair === undefined ? "not present" : "deleted" };
}
