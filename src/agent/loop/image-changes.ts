import type { PresentIndex } from "../../plan/agent-plan-index.ts";
import type { ImageEvent } from "../../runtime/image-events.ts";

/** Turns what a runtime says unasked into questions to it, as few as will do. */
export interface ImageChanges {
  onEvent(event: ImageEvent): void;
  /** Whatever happened while nobody listened was not heard, and a lost runtime is asked if it is away. */
  onInterrupted(): void;
  /** To be called after each list: one that still shows what was deleted was drawn up too early. */
  check(index: PresentIndex | undefined): void;
}

export interface ImageChangesTools {
  /** Whether the name or image id is one that somebody desires here. */
  isDesired(name: string): boolean;
  /** Whether the image of this name is being pulled by us: then its end says more than the event. */
  isPulling(name: string): boolean;
  refresh(afterMs?: number): void;
}

/** CRI follows containerd's store by events of its own, so its list may be behind by some milliseconds. */
const lookAgainMs = [15, 50, 200, 1000];

/** Pins and names that come take nothing away, so several of them are one question. */
const gatherMs = 100;

export function createImageChanges({ isDesired, isPulling, refresh }: ImageChangesTools): ImageChanges {
  /** Names whose deletion was heard of, and how often a list has still shown them. */
  const deleted = new Map<string, number>();
  return {
    onEvent({ type, name }) {
      if (!isDesired(name)) return;
      if (type === "deleted") {
        deleted.set(name, 0);
        return refresh();
      }
      deleted.delete(name);
      if (!isPulling(name)) refresh(gatherMs);
    },
    onInterrupted: () => refresh(),
    check(index) {
      for (const [name, looks] of deleted) {
        const shown = index?.byName(name) ?? index?.byId(name);
        const afterMs = lookAgainMs[looks];
        if (shown === undefined || afterMs === undefined) {
          deleted.delete(name);
          continue;
        }
        deleted.set(name, looks + 1);
        refresh(afterMs);
      }
    },
  };
}
