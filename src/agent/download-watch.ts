import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { decideProgress } from "../plan/download-progress.ts";
import { decideStall, noDownloads, type StallState } from "../plan/stall.ts";
import type { ActiveDownload, ImageLayers, RuntimeDownloads } from "../runtime/downloads.ts";
import {
  type Activity,
  createActivity,
  createTotal,
  noTotal,
  type OnTotal,
  type Total,
} from "./download-totals.ts";

/** What a pull wants to hear about its own downloads. */
export interface WatchedPull {
  readonly leaseId: string;
  readonly stallTimeoutMs: number;
  onProgress(downloadedBytes: number, totalBytes: number): void;
  /** Something arrived, or the runtime is busy with what comes before this image. */
  onMoved(): void;
  onStalled(download: ActiveDownload): void;
}

export interface DownloadWatch {
  /** Watches until the returned function is called, which says whether the pull succeeded. */
  add(pull: WatchedPull): (succeeded: boolean) => void;
}

interface Watched {
  readonly pull: WatchedPull;
  readonly addedMs: number;
  ended: boolean;
  layers: ImageLayers | undefined;
  /** Blobs that were read and are no manifest. */
  readonly known: Set<string>;
  stall: StallState;
}

const callTimeoutMs = 5000;
const longestPollMs = 500;

/**
 * Watches the downloads of all running pulls with one loop: one list of what the runtime receives each round,
 * and the lease's content of each pull. Ends when `signal` aborts; with nothing to watch it makes no call. A pull
 * younger than `patienceMs` is not looked at: where nobody watches, a short one need not cost a call. Without `onTotal`
 * nothing of a pull is remembered once it is over; with it, the layers of all are.
 */
export function createDownloadWatch(
  downloads: RuntimeDownloads,
  clock: Clock,
  log: Logger,
  onTotal: OnTotal | undefined,
  signal: AbortSignal,
  patienceMs = 0,
): DownloadWatch {
  const watched = new Set<Watched>();
  const arrived = onTotal === undefined ? noTotal : createTotal(onTotal);
  const activity = createActivity();
  let running = false;

  const round = async () => {
    await clock.sleep(pollMs(watched), signal);
    const due = [...watched].filter((entry) => isDue(entry, patienceMs, clock.nowMs()));
    if (due.length === 0) return;
    try {
      await lookOnce(downloads, due, { arrived, activity }, clock, signal);
    } catch (error) {
      // The pull itself meets the same runtime and says what is wrong; here it is only a missing picture.
      if (!signal.aborted) log.debug("downloads not visible", { error });
    }
  };

  const run = async () => {
    running = true;
    try {
      while (watched.size > 0 && !signal.aborted) await round();
    } finally {
      // At once: a pull that begins now must not take this loop for one that goes on.
      running = false;
    }
  };

  return {
    add(pull) {
      const entry: Watched = {
        pull,
        addedMs: clock.nowMs(),
        ended: false,
        layers: undefined,
        known: new Set(),
        stall: noDownloads,
      };
      watched.add(entry);
      if (!running) run().catch(() => {});
      return (succeeded) => {
        watched.delete(entry);
        entry.ended = true;
        if (succeeded && entry.layers !== undefined) arrived.complete(entry.layers);
      };
    },
  };
}

/** Often enough to see a stall in time, never oftener than a person can follow. */
function pollMs(watched: Iterable<Watched>): number {
  const shortest = Math.min(...Array.from(watched, ({ pull }) => pull.stallTimeoutMs));
  return Math.max(50, Math.min(longestPollMs, shortest / 4));
}

function isDue({ addedMs, pull }: Watched, patienceMs: number, nowMs: number): boolean {
  return nowMs - addedMs >= Math.min(patienceMs, pull.stallTimeoutMs / 4);
}

async function lookOnce(
  downloads: RuntimeDownloads,
  watched: readonly Watched[],
  { arrived, activity }: { arrived: Total; activity: Activity },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const bounds = { timeoutMs: callTimeoutMs, signal };
  const active = await downloads.listActive(bounds);
  const busy = activity.look(active);
  for (const entry of watched) {
    if (entry.ended) continue;
    const completed = await listCompleted(downloads, entry, bounds);
    if (completed === undefined || entry.layers === undefined || entry.ended) continue;
    arrived.add(entry.layers, completed, active);
    report(entry, entry.layers, { completed, active, busy }, clock);
  }
  arrived.tell();
}

/** Undefined where the lease of this pull cannot be read now: that hides nothing of the others. */
async function listCompleted(
  downloads: RuntimeDownloads,
  entry: Watched,
  bounds: { timeoutMs: number; signal: AbortSignal },
): Promise<ReadonlySet<string> | undefined> {
  try {
    const completed = new Set(await downloads.listCompleted(entry.pull.leaseId, bounds));
    entry.layers ??= await findLayers(downloads, completed, entry.known, bounds);
    return completed;
  } catch {
    bounds.signal.throwIfAborted();
    return undefined;
  }
}

async function findLayers(
  downloads: RuntimeDownloads,
  completed: ReadonlySet<string>,
  known: Set<string>,
  bounds: { timeoutMs: number; signal: AbortSignal },
): Promise<ImageLayers | undefined> {
  for (const digest of completed) {
    if (known.has(digest)) continue;
    const layers = await downloads.readLayers(digest, bounds);
    if (layers !== undefined) return layers;
    known.add(digest);
  }
  return undefined;
}

function report(
  entry: Watched,
  layers: ImageLayers,
  {
    completed,
    active,
    busy,
  }: { completed: ReadonlySet<string>; active: readonly ActiveDownload[]; busy: boolean },
  clock: Clock,
): void {
  const progress = decideProgress(layers, completed, active);
  const verdict = decideStall(entry.stall, progress.open, clock.nowMs(), entry.pull.stallTimeoutMs);
  entry.stall = verdict.state;
  entry.pull.onProgress(progress.downloadedBytes, progress.totalBytes);
  // With all open downloads elsewhere this image waits for its turn, and that is not its fault.
  const waitsForTurn = progress.queued > 0 && progress.open.length === 0 && busy;
  if (verdict.moved || waitsForTurn) entry.pull.onMoved();
  if (verdict.stalled !== undefined) entry.pull.onStalled(verdict.stalled);
}
