import type { Logger } from "../../lib/log.ts";
import type { PruneCheck } from "../../plan/prune-rules.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";

/** Why images are not pruned. */
export interface PruneReasons {
  /** How many images each check kept in the last turn, by its name. */
  readonly kept: ReadonlyMap<string, number>;
  /** Takes the verdicts of one turn. */
  tell(verdicts: readonly { readonly image: RuntimeImage; readonly failed: PruneCheck | undefined }[]): void;
}

/** Says the reason of each image when it changes. */
export function createPruneReasons(log: Logger): PruneReasons {
  let last: ReadonlyMap<string, string> = new Map();
  let kept: ReadonlyMap<string, number> = new Map();
  return {
    get kept() {
      return kept;
    },
    tell(verdicts) {
      const now = new Map<string, string>();
      const counts = new Map<string, number>();
      for (const { image, failed } of verdicts) {
        if (failed === undefined) continue;
        now.set(image.id, failed.name);
        counts.set(failed.name, (counts.get(failed.name) ?? 0) + 1);
        if (last.get(image.id) === failed.name) continue;
        const name = image.repoTags[0] ?? image.repoDigests[0] ?? image.id;
        log.debug("image not pruned", { image: name, check: failed.name, why: failed.why });
      }
      last = now;
      kept = counts;
    },
  };
}
