import { setTimeout as delay } from "node:timers/promises";
import type { ImageRuntime } from "../src/runtime/runtime.ts";

/** Notes when images come to be listed by the runtime; the same look for whoever pulls them. */
export interface ReadyObserver {
  /** Unix time of each image, in the order of the list. Throws where one is not listed at the end. */
  finish(): Promise<number[]>;
}

const timeoutMs = 10_000;

/** Lists the runtime's images every `everyMs` until it is told to finish or all are there. */
export function observeReady(
  runtime: ImageRuntime,
  images: readonly string[],
  everyMs: number,
): ReadyObserver {
  const readyAtMs = new Map<string, number>();
  let finished = false;
  const look = async () => {
    const listed = new Set((await runtime.listImages({ timeoutMs })).flatMap(({ repoTags }) => repoTags));
    const nowMs = performance.timeOrigin + performance.now();
    for (const image of images) if (listed.has(image) && !readyAtMs.has(image)) readyAtMs.set(image, nowMs);
  };
  const looking = (async () => {
    while (!finished && readyAtMs.size < images.length) {
      await look();
      await delay(everyMs);
    }
  })();
  // Who starts this waits for the pulls first, and hears of a failure here when it asks.
  looking.catch(() => {});
  return {
    async finish() {
      finished = true;
      await looking;
      await look();
      return images.map((image) => {
        const atMs = readyAtMs.get(image);
        if (atMs === undefined)
          throw new Error(`the runtime does not list ${image}, although it was fetched`);
        return atMs;
      });
    },
  };
}
