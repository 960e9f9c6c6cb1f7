import type { ActiveDownload } from "../runtime/downloads.ts";

/** Since when each open download of an image has stood at its offset. */
export type StallState = ReadonlyMap<string, { readonly offsetBytes: number; readonly sinceMs: number }>;

export const noDownloads: StallState = new Map();

export interface StallVerdict {
  readonly state: StallState;
  /** Something of this image arrived since the state before. */
  readonly moved: boolean;
  /** The first download that has stood still for the whole stall timeout. */
  readonly stalled: ActiveDownload | undefined;
}

/**
 * *Stalled* means: an open download of this image whose offset stands still. A queued layer has no download
 * and an unpacking one has no open download, so neither ever counts.
 */
export function decideStall(
  before: StallState,
  open: readonly ActiveDownload[],
  nowMs: number,
  stallTimeoutMs: number,
): StallVerdict {
  const state = new Map<string, { offsetBytes: number; sinceMs: number }>();
  let moved = before.size > open.length;
  let stalled: ActiveDownload | undefined;
  for (const download of open) {
    const known = before.get(download.digest);
    if (known === undefined || known.offsetBytes !== download.offsetBytes) {
      moved = true;
      state.set(download.digest, { offsetBytes: download.offsetBytes, sinceMs: nowMs });
      continue;
    }
    state.set(download.digest, known);
    if (nowMs - known.sinceMs >= stallTimeoutMs) stalled ??= download;
  }
  return { state, moved, stalled };
}
