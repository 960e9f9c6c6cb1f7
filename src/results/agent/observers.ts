import type { AgentObserver } from "../agent-status.ts";

/** An observer that hears only of what it is made for. */
export type PartialObserver = Partial<AgentObserver>;

/** One observer out of several: each hears of everything that it is made for, in their order. */
export function combineObservers(parts: readonly PartialObserver[]): AgentObserver {
  return {
    pull(event) {
      for (const part of parts) part.pull?.(event);
    },
    status(status) {
      for (const part of parts) part.status?.(status);
    },
    tick() {
      for (const part of parts) part.tick?.();
    },
    pruned(name, imageId) {
      for (const part of parts) part.pruned?.(name, imageId);
    },
  };
}
