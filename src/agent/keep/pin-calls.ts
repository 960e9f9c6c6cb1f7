import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { UnpinReason } from "../../plan/pin-plan.ts";
import { RuntimeError } from "../../runtime/errors.ts";
import type { ImagePins } from "../../runtime/image-pins.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";
import { createRefusedPins } from "./refused-pins.ts";
import type { SaidFaults } from "./said-faults.ts";
import { createShownPins } from "./shown-pins.ts";

/** The calls that change pins. Methods throw where the runtime cannot be reached, and the signal's reason. */
export interface PinCalls {
  /** Forgets what is no longer present. */
  update(present: readonly RuntimeImage[]): void;
  /** Sets a pin for the first time; `own` gets its image id. */
  pin(image: RuntimeImage, turn: PinTurn): Promise<void>;
  /** Sets a pin of ours that is not shown, where it is time for that. */
  assertAgain(image: RuntimeImage, turn: PinTurn): Promise<void>;
  unpin(imageId: string, reason: UnpinReason, turn: PinTurn): Promise<void>;
}

export interface PinTurn {
  readonly own: Set<string>;
  readonly present: readonly RuntimeImage[];
  readonly signal: AbortSignal;
}

export interface PinCallsOptions {
  readonly pins: ImagePins;
  readonly clock: Clock;
  readonly log: Logger;
  readonly faults: SaidFaults;
}

const callTimeoutMs = 10_000;

/** Leaves an image alone for a while whose pin the runtime would not change, so that it keeps no other. */
export function createPinCalls({ pins, clock, log, faults }: PinCallsOptions): PinCalls {
  const shown = createShownPins();
  const refused = createRefusedPins();
  let saidIgnored = false;

  /** What the call answers; undefined where there was no answer. */
  const attempt = async (imageId: string, call: () => Promise<boolean>): Promise<boolean | undefined> => {
    if (refused.has(imageId, clock.nowMs())) return undefined;
    try {
      const answer = await call();
      if (!answer) refused.add(imageId, clock.nowMs());
      return answer;
    } catch (error) {
      if (!(error instanceof RuntimeError) || isUnreachable(error)) throw error;
      refused.add(imageId, clock.nowMs());
      faults.failed("change pin", "the pin of an image cannot be changed", error);
      return undefined;
    }
  };

  const set = async (image: RuntimeImage, { own, present, signal }: PinTurn): Promise<boolean> => {
    const bounds = { timeoutMs: callTimeoutMs, signal };
    const isSet = await attempt(image.id, () => pins.pin(image.id, bounds));
    if (isSet === undefined) return false;
    if (!isSet) {
      own.delete(image.id);
      log.debug("image not pinned: somebody else pinned it, or it is gone", { imageId: image.id });
      return false;
    }
    own.add(image.id);
    if (shown.asserted(image.id, present, clock.nowMs())) warnOfIgnored();
    return true;
  };

  const warnOfIgnored = () => {
    if (!saidIgnored) log.warn("the runtime shows no pins; containerd heeds them from 1.6.22 and 1.7.3 on");
    saidIgnored = true;
  };

  return {
    update(present) {
      shown.update(present);
      refused.update(present);
    },
    async pin(image, turn) {
      const { id: imageId, sizeBytes: bytes } = image;
      if (await set(image, turn)) log.info("image pinned", { image: nameOf(image), imageId, bytes });
    },
    async assertAgain(image, turn) {
      if (!shown.isDue(image.id, turn.present, clock.nowMs())) return;
      if (await set(image, turn)) log.debug("image pinned again", { imageId: image.id });
    },
    async unpin(imageId, reason, { own, signal }) {
      const bounds = { timeoutMs: callTimeoutMs, signal };
      // Where there was nothing of ours any more, all is well too.
      const isDone = await attempt(imageId, async () => {
        await pins.unpin(imageId, bounds);
        return true;
      });
      if (isDone === undefined) return;
      own.delete(imageId);
      log.info("image unpinned", { imageId, reason });
    },
  };
}

/** What is wrong with the runtime and not with one image. */
function isUnreachable({ kind }: RuntimeError): boolean {
  return kind === "unavailable" || kind === "timeout";
}

function nameOf(image: RuntimeImage): string {
  return image.repoTags[0] ?? image.repoDigests[0] ?? image.id;
}
