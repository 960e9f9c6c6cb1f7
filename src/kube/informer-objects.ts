import { isDeepStrictEqual } from "node:util";
import type { LogMethod } from "../lib/log.ts";
import { parseObjectHead } from "./kube-object.ts";
import type { WatchEvent } from "./watch-event.ts";

/** What is kept of each object; undefined: nothing. */
export type Extract<T> = (object: unknown) => T | undefined;

/** The kept objects of one resource, and the only place that sees whole ones. */
export interface InformerObjects<T> {
  readonly current: ReadonlyMap<string, T>;
  /** Begins a new set beside the current one, which stays until `replace`. */
  begin(): { add(object: unknown): void; replace(): void };
  /** Applies one event of a watch; false: it changed nothing. */
  apply(event: WatchEvent): boolean;
  clear(): void;
}

export function createInformerObjects<T>(extract: Extract<T>, warn: LogMethod): InformerObjects<T> {
  let current = new Map<string, T>();

  // One odd object must neither end the informer nor take away what was known of it.
  const keep = (object: unknown, key: string): T | undefined => {
    try {
      return extract(object);
    } catch (error) {
      warn("an object cannot be read; what was known of it counts", { object: key, error });
      return current.get(key);
    }
  };

  return {
    get current() {
      return current;
    },
    begin() {
      const next = new Map<string, T>();
      return {
        add(object) {
          const { key } = parseObjectHead(object);
          const kept = keep(object, key);
          if (kept !== undefined) next.set(key, kept);
        },
        replace() {
          current = next;
        },
      };
    },
    apply(event) {
      if (event.type === "bookmark") return false;
      const kept = event.type === "set" ? keep(event.object, event.key) : undefined;
      if (kept === undefined) return current.delete(event.key);
      // Most events are of a status that nobody keeps; each change would have all that is desired decided anew.
      if (isDeepStrictEqual(kept, current.get(event.key))) return false;
      current.set(event.key, kept);
      return true;
    },
    clear() {
      current = new Map();
    },
  };
}
