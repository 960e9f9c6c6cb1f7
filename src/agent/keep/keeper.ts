import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ByteLimit } from "../../plan/byte-limit.ts";
import type { ImageDisk } from "../../runtime/image-disk.ts";
import type { ImagePins } from "../../runtime/image-pins.ts";
import type { ImageUse } from "../../runtime/image-use.ts";
import type { ImageRuntime } from "../../runtime/runtime.ts";
import type { Keeper, KeepTurn } from "../keeper.ts";
import { createForeignImages } from "./foreign-images.ts";
import { createPinKeeper } from "./pin-keeper.ts";
import { createPruner } from "./pruner.ts";
import type { PullRecord } from "./record.ts";
import { createSaidFaults } from "./said-faults.ts";

/** What becomes of images that nobody desires: `off` and `unpin` take away no more than pins of ours. */
export type PruneMode = "off" | "unpin" | "remove";

export interface KeeperSettings {
  readonly pin: boolean;
  readonly maxPinned: ByteLimit;
  readonly prune: PruneMode;
  /** How long an image must have been undesired before it is removed: a sync period. */
  readonly graceMs: number;
}

export interface KeeperTools {
  readonly runtime: Pick<ImageRuntime, "listImages" | "removeImage">;
  /** Absent where the runtime has no pins. */
  readonly pins?: ImagePins | undefined;
  readonly use?: ImageUse | undefined;
  readonly disk?: ImageDisk | undefined;
  readonly record: PullRecord;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears of each name of an image that was removed. */
  readonly observe: (name: string, imageId: string) => void;
}

/** A keeper that also tells why it removed no more. */
export interface RulesKeeper extends Keeper {
  /** How many images each check of `plan/prune-rules.ts` kept in the last turn, by its name. */
  readonly kept: ReadonlyMap<string, number>;
}

/** Works one turn after the other, on nobody's time but its own. */
export function createKeeper(settings: KeeperSettings, tools: KeeperTools): RulesKeeper {
  const { record, log } = tools;
  const faults = createSaidFaults(log.warn);
  const foreign = createForeignImages(record.pulls);
  const pinner = createPinnerOrSay(settings, tools, faults);
  const pruner =
    settings.prune === "remove"
      ? createPruner({ ...tools, use: tools.use, graceMs: settings.graceMs, faults })
      : undefined;
  const closing = new AbortController();
  let newest: KeepTurn | undefined;
  let isNew = false;
  let work: Promise<void> | undefined;

  const takeTurn = async (turn: KeepTurn) => {
    const { signal } = closing;
    await pinner?.apply(turn, signal);
    // Without pins there are none of ours; with pins that cannot be read, nobody knows.
    const ownPins = pinner === undefined ? new Set<string>() : pinner.own;
    await pruner?.apply(() => newest ?? turn, ownPins, signal);
  };

  const workOff = async () => {
    while (isNew && newest !== undefined && !closing.signal.aborted) {
      isNew = false;
      try {
        await takeTurn(newest);
      } catch (error) {
        if (!closing.signal.aborted) faults.failed("keep", "the images of this node cannot be kept", error);
      }
    }
    // Only the loop is to hold its list of images.
    newest = undefined;
    work = undefined;
  };

  return {
    notePulled(name, imageId) {
      if (!foreign.has(imageId)) return record.note(name, imageId);
      log.debug("image not recorded: it was here before it was pulled", { image: name, imageId });
    },
    keep(turn) {
      if (closing.signal.aborted) return;
      foreign.update(turn);
      record.forgetAbsent(turn.present);
      if (pinner === undefined && pruner === undefined) return;
      pruner?.see(turn);
      newest = turn;
      isNew = true;
      work ??= workOff();
    },
    get pinned() {
      return pinner?.pinned ?? { images: 0, bytes: 0 };
    },
    get kept() {
      return pruner?.kept ?? new Map();
    },
    async close() {
      closing.abort(new Error("the agent stops"));
      await work;
      await record.saved();
    },
  };
}

function createPinnerOrSay(
  { pin: enabled, maxPinned }: KeeperSettings,
  { pins, disk, clock, log }: KeeperTools,
  faults: ReturnType<typeof createSaidFaults>,
) {
  if (pins !== undefined) return createPinKeeper({ enabled, maxPinned, pins, disk, clock, log, faults });
  if (enabled) log.warn("this runtime has no pins that an agent could set; --pin does nothing here");
  return undefined;
}
