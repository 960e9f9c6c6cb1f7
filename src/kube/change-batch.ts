/** Calls `onChange` once for all changes of one turn of the event loop: a watch often brings many at once. */
export function createBatch(onChange: () => void): { changed(): void; stop(): void } {
  let waiting: NodeJS.Immediate | undefined;
  return {
    changed() {
      waiting ??= setImmediate(() => {
        waiting = undefined;
        onChange();
      });
    },
    stop: () => clearImmediate(waiting),
  };
}
