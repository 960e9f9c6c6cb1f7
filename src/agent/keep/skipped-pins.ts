import type { Logger } from "../../lib/log.ts";
import type { NoPinReason, PinPlan } from "../../plan/pin-plan.ts";

/** Says of each image that is desired and gets no pin why, once. */
export function createSkippedPins(log: Logger): { tell(skipped: PinPlan["skipped"]): void } {
  let said: ReadonlyMap<string, NoPinReason> = new Map();
  return {
    tell(skipped) {
      if (skipped.length === 0 && said.size === 0) return;
      for (const { image, reason } of skipped) {
        if (said.get(image.id) === reason) continue;
        const name = image.repoTags[0] ?? image.repoDigests[0] ?? image.id;
        log.info("image not pinned", {
          image: name,
          bytes: image.sizeBytes,
          reason,
          setting: "--max-pinned",
        });
      }
      said = new Map(skipped.map(({ image, reason }) => [image.id, reason]));
    },
  };
}
