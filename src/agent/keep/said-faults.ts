import type { LogMethod } from "../../lib/log.ts";
import { RuntimeError } from "../../runtime/errors.ts";

/** Says a fault that comes again and again once, until it is another one or was gone meanwhile. */
export interface SaidFaults {
  failed(task: string, message: string, error: unknown): void;
  succeeded(task: string): void;
}

/** Tasks are few and fixed: their names are what is remembered. */
export function createSaidFaults(say: LogMethod): SaidFaults {
  const lastKinds = new Map<string, string>();
  return {
    failed(task, message, error) {
      const kind = error instanceof RuntimeError ? error.kind : "unknown";
      if (lastKinds.get(task) === kind) return;
      lastKinds.set(task, kind);
      say(message, { kind, error });
    },
    succeeded: (task) => void lastKinds.delete(task),
  };
}
