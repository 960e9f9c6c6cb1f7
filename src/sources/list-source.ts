import { basename, dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import type { Logger } from "../lib/log.ts";
import { printable } from "../lib/printable.ts";
import { createBell } from "./bell.ts";
import { type WatchDirectory, watchDirectory } from "./directory-watch.ts";
import { isSameSet, readFileMark, readListSet } from "./list-snapshot.ts";
import type { DesiredSet, Source } from "./source.ts";

export interface ListSourceOptions {
  /** `--image-list-file` */
  readonly path: string;
  readonly clock: Pick<Clock, "sleep">;
  readonly log: Logger;
  readonly watch?: WatchDirectory;
  readonly timing?: ListTiming;
}

export interface ListTiming {
  /** How often the file is looked at, for what no notification told. */
  readonly pollMs: number;
  /** How long after a notification: who writes a file in place is not done with its first byte. */
  readonly settleMs: number;
}

const usualTiming: ListTiming = { pollMs: 10_000, settleMs: 100 };

/**
 * The source of the images that a file lists, read again as it changes. A file that cannot be read leaves the last list
 * in force: it is not taken for an empty one.
 */
export function createListSource(options: ListSourceOptions): Source {
  const { path, log, clock, timing = usualTiming } = options;
  const list = createList(path, log);
  return {
    name: "list",
    current: list.current,
    async run(onChange, signal) {
      const bell = createBell(clock);
      const watching = createWatching(options, bell.ring);
      let rang = true;
      while (!signal.aborted) {
        // Before the look: what happens in between rings.
        watching.ensure();
        const changed = await list.refresh(rang);
        if (changed && !signal.aborted) onChange();
        // It missed a change, as one of a directory that is gone does; the next turn watches anew, then looks.
        if (changed && !rang) watching.close();
        rang = (changed && !rang) || (await bell.wait(timing.pollMs, signal));
        if (rang) await bell.settle(timing.settleMs, signal);
      }
      watching.close();
    },
  };
}

interface List {
  current(): DesiredSet;
  /**
   * Whether the set has changed. Without `told`, the file is read only where its mark is another; where somebody told
   * of a change, always: two writes in one tick of the system's clock leave one mark.
   */
  refresh(told: boolean): Promise<boolean>;
}

function createList(path: string, log: Logger): List {
  let set: DesiredSet = { source: "list", state: "waiting", detail: "the list is not read yet", images: [] };
  let readMark: string | undefined;

  const fail = (error: unknown): boolean => {
    const detail = describeFailure(path, error);
    readMark = undefined;
    if (detail === set.detail && set.state !== "synced") return false;
    const known = set.state !== "waiting";
    set = { ...set, state: known ? "failing" : "waiting", detail };
    log.warn("image list cannot be read", {
      path,
      error: detail,
      keeping: known ? set.images.length : undefined,
    });
    return true;
  };

  return {
    current: () => set,
    async refresh(told) {
      try {
        const mark = await readFileMark(path).catch(() => "unknown");
        if (!told && mark === readMark) return false;
        const next = await readListSet(path);
        readMark = mark;
        if (isSameSet(set, next)) return false;
        set = next;
        log.info("image list read", { path, images: set.images.length, fault: set.detail });
        return true;
      } catch (error) {
        return fail(error);
      }
    },
  };
}

function describeFailure(path: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return `--image-list-file: "${printable(path, 300)}" cannot be read (${printable(String(error), 200)})`;
}

/** The watch on the list's directory, where the kubelet swaps a link; set up again where it is not there or was lost. */
function createWatching({ path, watch = watchDirectory }: ListSourceOptions, ring: () => void) {
  const ours = [undefined, basename(path), "..data"];
  let watcher: { close(): void } | undefined;
  const handlers = {
    onEvent: (name: string | undefined) => {
      if (ours.includes(name)) ring();
    },
    onLost: () => {
      watcher = undefined;
    },
  };
  return {
    ensure() {
      watcher ??= watch(dirname(path), handlers);
    },
    close() {
      watcher?.close();
      watcher = undefined;
    },
  };
}
