import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { decideUndesiredSince, nothingUndesired } from "../../plan/prune-grace.ts";
import { decidePrune, type PruneCheck, type PruneWorld } from "../../plan/prune-rules.ts";
import type { ImageUse } from "../../runtime/image-use.ts";
import type { ImageRuntime, RuntimeImage } from "../../runtime/runtime.ts";
import type { KeepTurn } from "../keeper.ts";
import { createPruneReasons } from "./prune-reasons.ts";
import { pruneWorldOf } from "./prune-world.ts";
import type { PullRecord } from "./record.ts";
import type { SaidFaults } from "./said-faults.ts";

/** Removes what nobody desires any more, by the rules of `plan/prune-rules.ts`. */
export interface Pruner {
  /** How many images each check kept in the last turn, by its name. */
  readonly kept: ReadonlyMap<string, number>;
  /** Takes each turn as it comes: what it desires is desired, also where the work goes on with a later one. */
  see(turn: KeepTurn): void;
  /** `latest` is asked again before each removal. Throws nothing but the signal's reason. */
  apply(latest: () => KeepTurn, ownPins: ReadonlySet<string> | undefined, signal: AbortSignal): Promise<void>;
}

export interface PrunerOptions {
  readonly graceMs: number;
  readonly runtime: Pick<ImageRuntime, "listImages" | "removeImage">;
  readonly use: ImageUse | undefined;
  readonly record: PullRecord;
  readonly clock: Clock;
  readonly log: Logger;
  readonly faults: SaidFaults;
  /** Hears of each name of a removed image. */
  readonly observe: (name: string, imageId: string) => void;
}

const callTimeoutMs = 30_000;
// The runtime may wait until the files are gone.
const removeTimeoutMs = 120_000;
/** What was in use will be so for a while, and asking costs a call for each container. */
const askAgainMs = 300_000;

/** A turn in which no image is due costs no call. */
export function createPruner(options: PrunerOptions): Pruner {
  const { graceMs, runtime, use, record, clock, log, faults, observe } = options;
  const reasons = createPruneReasons(log);
  let since = nothingUndesired;
  let putOffUntilMs = new Map<string, number>();

  const judge = (image: RuntimeImage, world: PruneWorld, nowMs: number): PruneCheck | undefined =>
    decidePrune({ image, undesiredForMs: nowMs - (since.get(image.id) ?? nowMs) }, world);

  /** Everything is asked anew: between the turn and now anything may have begun to need the image. */
  const removeIfStillDue = async (
    imageId: string,
    latest: () => KeepTurn,
    ownPins: ReadonlySet<string> | undefined,
    signal: AbortSignal,
  ) => {
    const bounds = { timeoutMs: callTimeoutMs, signal };
    const image = (await runtime.listImages(bounds)).find(({ id }) => id === imageId);
    const used = await use?.listUsed(bounds);
    if (image === undefined) return;
    const world = pruneWorldOf(latest(), { record, ownPins, graceMs, used });
    const failed = judge(image, world, clock.nowMs());
    if (failed !== undefined) {
      putOffUntilMs.set(imageId, clock.nowMs() + askAgainMs);
      log.debug("image not pruned", { imageId, check: failed.name, why: failed.why });
      return;
    }
    const names = [...record.pulls].filter(([, pull]) => pull.imageId === imageId).map(([name]) => name);
    await runtime.removeImage(imageId, { timeoutMs: removeTimeoutMs, signal });
    record.forgetImage(imageId);
    log.info("image pruned", { image: names[0], imageId, bytes: image.sizeBytes });
    for (const name of names) observe(name, imageId);
  };

  return {
    get kept() {
      return reasons.kept;
    },
    see(turn) {
      const world = pruneWorldOf(turn, { record, ownPins: undefined, graceMs, used: undefined });
      since = decideUndesiredSince(since, turn.present, world, clock.nowMs());
    },
    async apply(latest, ownPins, signal) {
      const { present } = latest();
      const nowMs = clock.nowMs();
      // What is in use is asked only for what nothing else keeps.
      const world = pruneWorldOf(latest(), { record, ownPins, graceMs, used: new Set() });
      putOffUntilMs = new Map([...putOffUntilMs].filter(([id, untilMs]) => since.has(id) && nowMs < untilMs));
      const verdicts = present.map((image) => ({ image, failed: judge(image, world, nowMs) }));
      reasons.tell(verdicts);
      const due = verdicts.filter(
        ({ image, failed }) => failed === undefined && !putOffUntilMs.has(image.id),
      );
      for (const { image } of due) {
        try {
          await removeIfStillDue(image.id, latest, ownPins, signal);
          faults.succeeded("prune");
        } catch (error) {
          signal.throwIfAborted();
          putOffUntilMs.set(image.id, clock.nowMs() + askAgainMs);
          faults.failed("prune", "an image that nobody desires cannot be removed", error);
        }
      }
    },
  };
}
