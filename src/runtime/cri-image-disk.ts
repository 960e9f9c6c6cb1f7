import { statfs } from "node:fs/promises";
import type { CallBounds } from "../lib/call-bounds.ts";
import { formatDuration } from "../lib/duration.ts";
import { cleanMessage } from "./error-text.ts";
import { RuntimeError } from "./errors.ts";
import type { DiskSpace, ImageDisk } from "./image-disk.ts";
import type { FilesystemUsage, ImageRuntime } from "./runtime.ts";

export interface ImageDiskOptions {
  readonly runtime: Pick<ImageRuntime, "imageFilesystems">;
  /** A folder of ours on the node's disk. */
  readonly statePath: string;
  /** The system's statfs(2). */
  readonly readSpace?: (path: string) => Promise<FilesystemSpace>;
}

/** What statfs(2) says of a filesystem, in bytes. */
export interface FilesystemSpace extends DiskSpace {
  /** What is in use, whoever may have the rest. */
  readonly usedBytes: number;
}

/**
 * The room on the filesystem that the runtime names for its images, where that path can be seen from here. In a pod it
 * cannot: then the room where our state folder is, a hostPath that is on the same disk on most nodes. Undefined where
 * that one is not there either, or holds less than the runtime's images take, so that it must be another disk.
 */
export function createImageDisk(options: ImageDiskOptions): ImageDisk {
  const { runtime, statePath, readSpace = readFilesystemSpace } = options;
  const read = async (path: string, bounds: CallBounds) => withinBounds(path, readSpace(path), bounds);
  return {
    async read(bounds) {
      const [images] = await runtime.imageFilesystems(bounds);
      if (images?.mountpoint.startsWith("/")) {
        const space = await read(images.mountpoint, bounds);
        if (space !== undefined) return diskSpace(space);
      }
      const space = await read(statePath, bounds);
      return space === undefined || isElsewhere(space, images) ? undefined : diskSpace(space);
    },
  };
}

function isElsewhere(space: FilesystemSpace, images: FilesystemUsage | undefined): boolean {
  return images !== undefined && images.usedBytes > space.usedBytes;
}

function diskSpace({ totalBytes, freeBytes }: FilesystemSpace): DiskSpace {
  return { totalBytes, freeBytes };
}

async function readFilesystemSpace(path: string): Promise<FilesystemSpace> {
  const { bsize, blocks, bfree, bavail } = await statfs(path);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize, usedBytes: (blocks - bfree) * bsize };
}

/** Undefined where the path is not there or not for us to see. A filesystem that hangs must not hang us. */
async function withinBounds<T>(
  path: string,
  work: Promise<T>,
  { timeoutMs, signal }: CallBounds,
): Promise<T | undefined> {
  const late = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  const ended = AbortSignal.any([late, ...(signal === undefined ? [] : [signal])]);
  try {
    return await Promise.race([work, rejectOnAbort(ended)]);
  } catch (error) {
    signal?.throwIfAborted();
    if (late.aborted) {
      const message = `statfs ${path}: no answer within ${formatDuration(Math.round(timeoutMs))}`;
      throw new RuntimeError(cleanMessage(message), { kind: "timeout", cause: error });
    }
    if (isMissing(error)) return undefined;
    const text = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(cleanMessage(`statfs ${path}: ${text}`), { kind: "unknown", cause: error });
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EACCES";
}
