import { watch } from "node:fs";

/**
 * Calls `onEvent` when something in a directory may have changed, with its name where that is known; undefined where it
 * cannot be watched.
 */
export type WatchDirectory = (
  directory: string,
  handlers: { onEvent(name: string | undefined): void; onLost(): void },
) => { close(): void } | undefined;

/** By the system's notifications, which network filesystems and exhausted inotify watches do not give. */
export const watchDirectory: WatchDirectory = (directory, { onEvent, onLost }) => {
  try {
    const watcher = watch(directory, { persistent: false });
    watcher.on("change", (_, name) => onEvent(name === null ? undefined : String(name)));
    watcher.on("error", () => {
      watcher.close();
      onLost();
    });
    return watcher;
  } catch {
    return undefined;
  }
};
