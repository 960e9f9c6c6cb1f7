import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { RoomForImages } from "../../plan/agent-plan.ts";
import type { ByteLimit } from "../../plan/byte-limit.ts";
import { type DiskFloorVerdict, decideDiskFloor } from "../../plan/disk-floor.ts";
import type { DiskSpace, ImageDisk } from "../../runtime/image-disk.ts";

/** Whether the disk has room for images; it is looked at only where somebody asks. */
export interface DiskGauge {
  /** What is known; asks anew in the background, and `onChange` is called where the answer differs. */
  room(): RoomForImages;
}

const callTimeoutMs = 2000;
/** No look is younger than this. */
const leastAgeMs = 1000;

/** `trustMs`: for how long a look is relied on before the next one has come. */
export function createDiskGauge(
  disk: ImageDisk | undefined,
  { minFree, trustMs }: { readonly minFree: ByteLimit; readonly trustMs: number },
  clock: Clock,
  log: Logger,
  onChange: () => void,
  signal: AbortSignal,
): DiskGauge {
  let verdict: DiskFloorVerdict | undefined;
  let readMs = Number.NEGATIVE_INFINITY;
  let reading = false;
  if (disk === undefined || isOff(minFree)) return { room: () => "enough" };

  const known = (): RoomForImages => {
    if (verdict === undefined || clock.nowMs() - readMs > trustMs) return "unknown";
    return verdict.allowed ? "enough" : "too-little";
  };
  const read = async () => {
    const before = known();
    const space = await readSpace(disk, log, signal);
    const now = decideDiskFloor(space, minFree);
    if (!now.allowed && verdict?.allowed !== false) {
      const { freeBytes, neededBytes } = now;
      log.warn("too little disk is free, images are not pulled", { freeBytes, neededBytes });
    }
    verdict = now;
    readMs = clock.nowMs();
    reading = false;
    if (!signal.aborted && known() !== before) onChange();
  };
  return {
    room() {
      if (!reading && clock.nowMs() - readMs >= leastAgeMs) {
        reading = true;
        void read();
      }
      return known();
    },
  };
}

function isOff(limit: ByteLimit): boolean {
  return "bytes" in limit ? limit.bytes === 0 : limit.percent === 0;
}

async function readSpace(disk: ImageDisk, log: Logger, signal: AbortSignal): Promise<DiskSpace | undefined> {
  try {
    return await disk.read({ timeoutMs: callTimeoutMs, signal });
  } catch (error) {
    // A disk that cannot be seen stops nothing.
    if (!signal.aborted) log.debug("the disk of the images was not read", { error });
    return undefined;
  }
}
