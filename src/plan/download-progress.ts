import type { ActiveDownload, ImageLayers } from "../runtime/downloads.ts";

export interface DownloadProgress {
  readonly downloadedBytes: number;
  readonly totalBytes: number;
  /** This image's downloads that are open now. */
  readonly open: readonly ActiveDownload[];
  /** Layers that are neither complete nor open: the runtime has not begun them. */
  readonly queued: number;
}

/**
 * How far an image is, in compressed bytes: `completed` are the digests that the runtime holds for this pull,
 * `active` all that it receives now (a layer that another pull receives counts for every image that has it).
 */
export function decideProgress(
  image: ImageLayers,
  completed: ReadonlySet<string>,
  active: readonly ActiveDownload[],
): DownloadProgress {
  const offsets = new Map(active.map((download) => [download.digest, download]));
  const open: ActiveDownload[] = [];
  let downloadedBytes = 0;
  let totalBytes = 0;
  let queued = 0;
  for (const { digest, sizeBytes } of image.layers) {
    totalBytes += sizeBytes;
    const download = offsets.get(digest);
    // A download at its end is being checked and committed: nothing more arrives, and that is no stall.
    const complete = completed.has(digest) || (download?.offsetBytes ?? -1) >= sizeBytes;
    if (complete) downloadedBytes += sizeBytes;
    else if (download === undefined) queued += 1;
    else {
      downloadedBytes += download.offsetBytes;
      open.push(download);
    }
  }
  return { downloadedBytes, totalBytes, open, queued };
}
