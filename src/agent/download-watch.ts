import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { decideProgress } from "../plan/download-progress.ts";
import { decideStall, noDownloads, type StallState } from "../plan/stall.ts";
import type { ActiveDownload, ImageLayers, RuntimeDownloads } from "../runtime/downloads.ts";

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

/** Hears how many bytes have arrived for all images together; a layer that several share counts once. */
export type OnTotal = (downloadedBytes: number) => void;

interface Watched {
  readonly pull: WatchedPull;
  layers: ImageLayers | undefined;
  /** Blobs that were read and are no manifest. */
  readonly known: Set<string>;
  stall: StallState;
}

const callTimeoutMs = 5000;
const longestPollMs = 500;

/**
 * Watches the downloads of all running pulls with one loop: one list of what the runtime receives each round,
 * and the lease's content of each pull. Ends when `signal` aborts; with nothing to watch it makes no call.
 */
export function runDownloadWatch(
  downloads: RuntimeDownloads,
  clock: Clock,
  log: Logger,
  onTotal: OnTotal,
  signal: AbortSignal,
): DownloadWatch {
  const watched = new Set<Watched>();
  const arrived = createTotal(onTotal);
  const activity = createActivity();
  let running = false;

  const run = async () => {
    while (watched.size > 0 && !signal.aborted) {
      await clock.sleep(pollMs(watched), signal);
      try {
        await lookOnce(downloads, watched, { arrived, activity }, clock, signal);
      } catch (error) {
        // The pull itself meets the same runtime and says what is wrong; here it is only a missing picture.
        if (!signal.aborted) log.debug("downloads not visible", { error });
      }
    }
  };

  return {
    add(pull) {
      const entry: Watched = { pull, layers: undefined, known: new Set(), stall: noDownloads };
      watched.add(entry);
      if (!running) {
        running = true;
        run()
          .catch(() => {})
          .finally(() => {
            running = false;
          });
      }
      return (succeeded) => {
        watched.delete(entry);
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

async function lookOnce(
  downloads: RuntimeDownloads,
  watched: ReadonlySet<Watched>,
  { arrived, activity }: { arrived: Total; activity: Activity },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const bounds = { timeoutMs: callTimeoutMs, signal };
  const active = await downloads.listActive(bounds);
  const busy = activity.look(active);
  for (const entry of [...watched]) {
    const completed = new Set(await downloads.listCompleted(entry.pull.leaseId, bounds));
    entry.layers ??= await findLayers(downloads, completed, entry.known, bounds);
    if (entry.layers === undefined || !watched.has(entry)) continue;
    arrived.add(entry.layers, completed, active);
    report(entry, entry.layers, { completed, active, busy }, clock);
  }
  arrived.tell();
}

interface Total {
  add(image: ImageLayers, completed: ReadonlySet<string>, active: readonly ActiveDownload[]): void;
  complete(image: ImageLayers): void;
  tell(): void;
}

function createTotal(onTotal: OnTotal): Total {
  const bytesByLayer = new Map<string, number>();
  const tell = () => onTotal([...bytesByLayer.values()].reduce((sum, bytes) => sum + bytes, 0));
  return {
    add({ layers }, completed, active) {
      for (const { digest, sizeBytes } of layers) {
        const offsetBytes = active.find((download) => download.digest === digest)?.offsetBytes ?? 0;
        const bytes = completed.has(digest) ? sizeBytes : offsetBytes;
        bytesByLayer.set(digest, Math.max(bytes, bytesByLayer.get(digest) ?? 0));
      }
    },
    complete({ layers }) {
      for (const { digest, sizeBytes } of layers) bytesByLayer.set(digest, sizeBytes);
      tell();
    },
    tell,
  };
}

interface Activity {
  /** Whether anything arrived since the look before: what a cut pull left behind is listed, too, and stands still. */
  look(active: readonly ActiveDownload[]): boolean;
}

function createActivity(): Activity {
  let before = new Map<string, number>();
  return {
    look(active) {
      const busy = active.some(({ digest, offsetBytes }) => before.get(digest) !== offsetBytes);
      before = new Map(active.map(({ digest, offsetBytes }) => [digest, offsetBytes]));
      return busy;
    },
  };
}

async function findLayers(
  downloads: RuntimeDownloads,
  completed: ReadonlySet<string>,
  known: Set<string>,
  bounds: { timeoutMs: number; signal: AbortSignal },
): Promise<ImageLayers | undefined> {
  for (const digest of completed) {
    if (known.has(digest)) continue;
    known.add(digest);
    const layers = await downloads.readLayers(digest, bounds);
    if (layers !== undefined) return layers;
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
