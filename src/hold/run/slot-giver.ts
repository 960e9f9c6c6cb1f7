import type { Logger } from "../../lib/log.ts";
import type { HoldConfig } from "../config.ts";
import type { PodView } from "../promotion/pod-view.ts";
import { decideSlots, endPause, releaseSlot, type SlotDecision } from "../slots/decide-slots.ts";
import { newSlots, type SlotState, slotBudget } from "../slots/state.ts";
import type { HoldNode } from "./hold-node.ts";
import type { PodWriter } from "./pod-writer.ts";

/** Gives pods their slots. */
export interface SlotGiver {
  /** Takes gates away where there are free slots. Throws a `KubeError`. */
  give(
    config: HoldConfig,
    seen: {
      readonly pods: readonly PodView[];
      readonly nodes: readonly HoldNode[] | undefined;
      readonly targets: number;
      readonly nowMs: number;
    },
    signal: AbortSignal,
  ): Promise<SlotDecision>;
  /** The pods are others now: what failed before may be repaired. */
  renew(): void;
  /** Another replica was at work meanwhile: the pods tell the rest. */
  forget(): void;
}

/** A giver that knows of no slot yet. */
export function createSlotGiver(pods: PodWriter, log: Logger): SlotGiver {
  let state: SlotState = newSlots;
  return {
    renew() {
      state = endPause(state);
    },
    forget() {
      state = newSlots;
    },
    async give(config, { pods: seen, nodes, targets, nowMs }, signal) {
      const decision = decideSlots(state, {
        pods: seen,
        nodes: nodes && new Map(nodes.map((node) => [node.name, node])),
        budget: slotBudget(config.maxNodes, targets),
        nowMs,
      });
      state = decision.state;
      for (const [index, pod] of decision.ungate.entries()) {
        try {
          if (!(await pods.ungate(pod, signal))) state = releaseSlot(state, pod.uid);
          else log.debug("slot given", { node: pod.nodeName, pod: pod.name });
        } catch (error) {
          // Whether this call came through is not known, so that its slot counts; the others were not even tried.
          for (const { uid } of decision.ungate.slice(index + 1)) state = releaseSlot(state, uid);
          throw error;
        }
      }
      return decision;
    },
  };
}
