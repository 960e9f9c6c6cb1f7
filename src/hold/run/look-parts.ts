import type { HeldSet } from "../held-set.ts";
import { isSameRepository } from "../promotion/adopt.ts";
import type { PromotionDecision } from "../promotion/decide-promotion.ts";
import { createPromotion, type LiveImage, type PromotionState } from "../promotion/state.ts";
import { listPlatforms } from "./hold-node.ts";
import type { Look } from "./look.ts";

/** The earliest of some times; undefined where there is none. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

/** What promotion begins with. What another mode holds is named in another way: it is tried like anything new. */
export function beginPromotion({ live }: Look, mode: HeldSet["mode"]): PromotionState {
  return createPromotion(live?.mode === mode ? live.images : []);
}

/**
 * Whether another mode has to wait: a pod of it with half of the images would let go of the other half. An image that
 * the live DaemonSet holds, and that could not be tried by no fault of its own, keeps it waiting, too.
 */
export function mustKeepMode(
  { live }: Pick<Look, "live">,
  mode: HeldSet["mode"],
  { reports }: Pick<PromotionDecision, "reports">,
): boolean {
  if (live === undefined || live.mode === mode) return false;
  // By digest, where volumes hold it.
  const isIt = ({ name, pinnedRef }: LiveImage, wanted: Pick<LiveImage, "name"> & { ref: string }) =>
    pinnedRef === wanted.ref ||
    (live.mode === "volumes" && name === wanted.name && isSameRepository(pinnedRef, wanted.ref));
  return reports.some((report) => {
    const { phase, failure, failures } = report;
    if (phase === "probing") return true;
    return (
      phase === "unproven" &&
      failures === 0 &&
      (failure === undefined || live.images.some((image) => isIt(image, report)))
    );
  });
}

/** The platforms on which images are tried; that of the configuration where nobody may look at nodes. */
export function platformsOf({ targets, config }: Look): string[] {
  if (targets === undefined) return [config.nodeSelector["kubernetes.io/arch"] ?? ""];
  return listPlatforms(targets);
}

/** What all pods that we make have in common. */
export function surroundingsOf({ pauseImage, facts, deployment }: Look, mode: HeldSet["mode"]) {
  return { mode, pauseImage, openShift: facts.openShift, ownerUid: deployment.uid };
}

/** What the mode is chosen by. */
export function modeInputOf(look: Look) {
  const { config, canProbe, pauseImage, facts, deployment, live, targets, probes } = look;
  return {
    config,
    canProbe,
    surroundings: { pauseImage, openShift: facts.openShift },
    ownerUid: deployment.uid,
    live: live?.mode,
    targets,
    probes,
  };
}
