import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { type ByteLimit, limitBytes } from "../../plan/byte-limit.ts";
import { decidePins, type PinPlan } from "../../plan/pin-plan.ts";
import type { ImageDisk } from "../../runtime/image-disk.ts";
import type { ImagePins } from "../../runtime/image-pins.ts";
import type { KeepTurn } from "../keeper.ts";
import { createOwnPins } from "./own-pins.ts";
import { createPinCalls, type PinTurn } from "./pin-calls.ts";
import type { SaidFaults } from "./said-faults.ts";
import { createSkippedPins } from "./skipped-pins.ts";

/** Keeps the pins of ours as they are decided. */
export interface PinKeeper {
  /** Image ids with a pin of ours; undefined: not known now. */
  readonly own: ReadonlySet<string> | undefined;
  readonly pinned: { readonly images: number; readonly bytes: number };
  /** Throws nothing but the signal's reason. */
  apply(turn: KeepTurn, signal: AbortSignal): Promise<void>;
}

export interface PinKeeperOptions {
  readonly enabled: boolean;
  readonly maxPinned: ByteLimit;
  readonly pins: ImagePins;
  readonly disk: ImageDisk | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly faults: SaidFaults;
}

/** A turn in which nothing is to be changed costs no call. */
export function createPinKeeper(options: PinKeeperOptions): PinKeeper {
  const { enabled, maxPinned, pins, clock, log, faults } = options;
  const disk = enabled && "percent" in maxPinned ? options.disk : undefined;
  const own = createOwnPins({ pins, disk, clock, faults });
  const calls = createPinCalls({ pins, clock, log, faults });
  const skipped = createSkippedPins(log);
  let pinned = { images: 0, bytes: 0 };

  const applyPlan = async (plan: PinPlan, turn: PinTurn) => {
    // First what makes room.
    for (const { imageId, reason } of plan.unpin) await calls.unpin(imageId, reason, turn);
    for (const image of plan.assertAgain) await calls.assertAgain(image, turn);
    for (const image of plan.pin) await calls.pin(image, turn);
  };

  return {
    get own() {
      return own.ids;
    },
    get pinned() {
      return pinned;
    },
    async apply({ desired, present, diskPressure = false }, signal) {
      await own.refresh(signal);
      const { ids, totalBytes } = own;
      if (ids === undefined) return;
      calls.update(present);
      const maxBytes = limitBytes(maxPinned, totalBytes);
      const plan = decidePins({ enabled, maxBytes, desired, present, own: ids, diskPressure });
      skipped.tell(plan.skipped);
      try {
        await applyPlan(plan, { own: ids, present, signal });
        faults.succeeded("reach runtime");
      } catch (error) {
        signal.throwIfAborted();
        own.distrust();
        faults.failed("reach runtime", "the pins of images cannot be changed now", error);
      }
      pinned = countPinned(ids, present);
    },
  };
}

function countPinned(own: ReadonlySet<string>, present: KeepTurn["present"]) {
  const here = present.filter(({ id }) => own.has(id));
  return { images: here.length, bytes: here.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}
