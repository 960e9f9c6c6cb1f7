import type { Logger } from "../../lib/log.ts";

/** `wake` makes for one turn soon, however often it is called until then. */
export interface Wakeups {
  wake(): void;
}

/** What a turn throws is a defect that must not end the agent: it is said, and the next turn tries again. */
export function createWakeups(turn: () => void, log: Logger, signal: AbortSignal): Wakeups {
  let pending = false;
  const run = () => {
    pending = false;
    if (signal.aborted) return;
    try {
      turn();
    } catch (error) {
      log.error("a turn of the agent failed", { error });
    }
  };
  return {
    wake() {
      if (pending) return;
      pending = true;
      queueMicrotask(run);
    },
  };
}
