import type { Clock } from "../../lib/clock.ts";
import type { ImageDisk } from "../../runtime/image-disk.ts";
import type { ImagePins } from "../../runtime/image-pins.ts";
import type { SaidFaults } from "./said-faults.ts";

/** The pins of ours and the size of the disk that they are measured by, as last read. */
export interface OwnPins {
  /** Image ids; undefined: not known yet. */
  readonly ids: Set<string> | undefined;
  readonly totalBytes: number | undefined;
  /** Reads what is not known or old; false: it cannot be known now. Throws nothing but the signal's reason. */
  refresh(signal: AbortSignal): Promise<boolean>;
  /** A call failed: what is there may be another than what is known. */
  distrust(): void;
}

export interface OwnPinsOptions {
  readonly pins: ImagePins;
  /** Undefined where the size of the disk decides nothing. */
  readonly disk: ImageDisk | undefined;
  readonly clock: Clock;
  readonly faults: SaidFaults;
}

const callTimeoutMs = 10_000;
const maxAgeMs = 600_000;
const retryMs = 5000;
const diskRetryMs = 60_000;

/** Reads at the start, after a fault and every ten minutes; a quiet turn between costs no call. */
export function createOwnPins({ pins, disk, clock, faults }: OwnPinsOptions): OwnPins {
  let ids: Set<string> | undefined;
  let totalBytes: number | undefined;
  let readAgainMs = Number.NEGATIVE_INFINITY;

  /** How long until the next time. */
  const read = async (signal: AbortSignal): Promise<number> => {
    const bounds = { timeoutMs: callTimeoutMs, signal };
    try {
      const listed = await pins.listOwn(bounds);
      ids = new Set(listed.map(({ imageId }) => imageId));
      faults.succeeded("list pins");
    } catch (error) {
      signal.throwIfAborted();
      faults.failed("list pins", "the pins of this agent cannot be read", error);
      return retryMs;
    }
    try {
      totalBytes = (await disk?.read(bounds))?.totalBytes ?? totalBytes;
      faults.succeeded("read disk");
      return maxAgeMs;
    } catch (error) {
      signal.throwIfAborted();
      faults.failed("read disk", "the size of the disk for images cannot be read", error);
      return diskRetryMs;
    }
  };

  return {
    get ids() {
      return ids;
    },
    get totalBytes() {
      return totalBytes;
    },
    distrust() {
      ids = undefined;
      readAgainMs = clock.nowMs() + retryMs;
    },
    async refresh(signal) {
      if (clock.nowMs() < readAgainMs) return ids !== undefined;
      const againInMs = await read(signal);
      readAgainMs = clock.nowMs() + againInMs;
      return ids !== undefined;
    },
  };
}
