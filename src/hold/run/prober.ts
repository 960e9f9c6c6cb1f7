import { KubeError } from "../../kube/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { HoldConfig } from "../config.ts";
import type { HeldSet } from "../held-set.ts";
import { createProbePod } from "../objects/probe-pod.ts";
import type { PromotionDecision } from "../promotion/decide-promotion.ts";
import type { ProbeOrder } from "../promotion/probe-orders.ts";
import { refuseOrder } from "../promotion/probe-rounds.ts";
import type { PromotionState } from "../promotion/state.ts";
import type { PodWriter } from "./pod-writer.ts";

type Surroundings = Pick<HeldSet, "mode" | "pauseImage" | "openShift" | "ownerUid">;

interface Tools {
  readonly pods: PodWriter;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes the probe pods that were decided and deletes those that are done; resolves to what is known then. */
export async function applyProbes(
  { pods, clock, log }: Tools,
  config: HoldConfig,
  around: Surroundings,
  decision: PromotionDecision,
  signal: AbortSignal,
): Promise<PromotionState> {
  let { state } = decision;
  for (const pod of decision.remove) await pods.delete(pod, signal);
  for (const order of decision.probe) {
    try {
      await pods.create(createProbe(config, around, order, clock.dateMs()), signal);
      log.info("images are tried", { platform: order.platform, images: order.images.map(({ ref }) => ref) });
    } catch (error) {
      if (signal.aborted || !(error instanceof KubeError)) throw error;
      log.warn("no probe pod can be made; tried again", { error });
      const failure = { kind: "unavailable", reason: "ProbeRefused", message: error.message } as const;
      state = refuseOrder(state, order, failure, clock.nowMs());
    }
  }
  return state;
}

function createProbe(config: HoldConfig, around: Surroundings, order: ProbeOrder, attempt: number) {
  const { mode, pauseImage, openShift, ownerUid } = around;
  return createProbePod(config, {
    images: order.images,
    mode,
    pauseImage,
    openShift,
    ownerUid,
    architecture: order.platform === "" ? undefined : order.platform,
    attempt,
  });
}
