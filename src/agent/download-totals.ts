import type { ActiveDownload, ImageLayers } from "../runtime/downloads.ts";

/** Hears how many bytes have arrived for all images together; a layer that several share counts once. */
export type OnTotal = (downloadedBytes: number) => void;

/** The bytes that have arrived for all images together, each shared layer once. */
export interface Total {
  add(image: ImageLayers, completed: ReadonlySet<string>, active: readonly ActiveDownload[]): void;
  complete(image: ImageLayers): void;
  tell(): void;
}

/** Where nobody asks for the sum, it must not cost the memory of every layer there ever was. */
export const noTotal: Total = { add: () => {}, complete: () => {}, tell: () => {} };

export function createTotal(onTotal: OnTotal): Total {
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

/** Whether the runtime receives anything at all. */
export interface Activity {
  /** Whether anything arrived since the look before: what a cut pull left behind is listed, too, and stands still. */
  look(active: readonly ActiveDownload[]): boolean;
}

export function createActivity(): Activity {
  let before = new Map<string, number>();
  return {
    look(active) {
      const busy = active.some(({ digest, offsetBytes }) => before.get(digest) !== offsetBytes);
      before = new Map(active.map(({ digest, offsetBytes }) => [digest, offsetBytes]));
      return busy;
    },
  };
}
