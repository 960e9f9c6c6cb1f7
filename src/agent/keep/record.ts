import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { RecordedPull } from "../../plan/prune-rules.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";
import { type RecordedPulls, readRecordFile, writeRecordFile } from "./record-file.ts";

/** What this agent pulled: the only images that it may remove one day. No method throws. */
export interface PullRecord {
  /** By normalized name. */
  readonly pulls: ReadonlyMap<string, RecordedPull>;
  /** The last write succeeded. */
  readonly kept: boolean;
  note(name: string, imageId: string): void;
  /** Forgets what the runtime no longer has: whoever pulls it next, it is theirs. */
  forgetAbsent(present: readonly RuntimeImage[]): void;
  forgetImage(imageId: string): void;
  /** Resolves when all so far is in the file, or could not be written, which has been said then. */
  saved(): Promise<void>;
}

export interface PullRecordOptions {
  /** Made where it is missing. */
  readonly stateDir: string;
  readonly clock: Pick<Clock, "dateMs">;
  readonly log: Logger;
}

/** Far more than a node holds; the oldest go first. */
const maxPulls = 5000;

/** Reads the record of an earlier run and keeps it up to date; one that is broken is begun anew. */
export async function openPullRecord({ stateDir, clock, log }: PullRecordOptions): Promise<PullRecord> {
  const path = join(stateDir, "pulled.json");
  const pulls = await readOrBegin(path, log);
  const writer = createWriter(path, pulls, log);
  // A write at the start tells whether there can be any: nothing is pruned by a record that cannot change.
  await writer.schedule();
  // Noted, but in no list so far: a list that was asked for before the pull ended does not have it.
  let unseen = new Set<string>();
  let lastList: readonly RuntimeImage[] | undefined;

  const forget = (isGone: (name: string, pull: RecordedPull) => boolean) => {
    const gone = [...pulls].filter(([name, pull]) => isGone(name, pull));
    for (const [name] of gone) pulls.delete(name);
    if (gone.length > 0) void writer.schedule();
  };

  return {
    pulls,
    get kept() {
      return writer.kept;
    },
    note(name, imageId) {
      // Deleted first, so that the map stays in the order of time.
      pulls.delete(name);
      pulls.set(name, { imageId, pulledAt: new Date(clock.dateMs()).toISOString() });
      unseen.add(name);
      for (const oldest of pulls.keys()) {
        if (pulls.size <= maxPulls) break;
        pulls.delete(oldest);
      }
      void writer.schedule();
    },
    forgetAbsent(present) {
      if (present === lastList) return;
      lastList = present;
      const ids = new Set(present.map(({ id }) => id));
      const spared = unseen;
      unseen = new Set();
      forget((name, { imageId }) => !ids.has(imageId) && !spared.has(name));
      if (!writer.kept) void writer.schedule();
    },
    forgetImage: (imageId) => forget((_, pull) => pull.imageId === imageId),
    saved: () => writer.saved(),
  };
}

async function readOrBegin(path: string, log: Logger): Promise<RecordedPulls> {
  try {
    return (await readRecordFile(path)) ?? new Map();
  } catch (error) {
    log.warn("the record of pulled images is broken, it begins anew; what it knew is never removed", {
      path,
      error,
    });
    return new Map();
  }
}

/** Writes in rounds, one at a time: what changes during one goes with the next. */
function createWriter(path: string, pulls: ReadonlyMap<string, RecordedPull>, log: Logger) {
  let kept = true;
  let waits = false;
  let newestRound: Promise<void> = Promise.resolve();

  const runRound = async () => {
    waits = false;
    try {
      await writeRecordFile(path, pulls);
      if (!kept) log.info("the record of pulled images is written again", { path });
      kept = true;
    } catch (error) {
      if (kept) log.warn("the record of pulled images cannot be written; nothing is pruned", { path, error });
      kept = false;
    }
  };

  return {
    get kept() {
      return kept;
    },
    saved: () => newestRound,
    schedule(): Promise<void> {
      if (!waits) newestRound = newestRound.then(runRound);
      waits = true;
      return newestRound;
    },
  };
}
