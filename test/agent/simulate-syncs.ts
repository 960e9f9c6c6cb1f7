import { createAgentBench, fail } from "./agent-bench.ts";

// Runs by itself, as `node --expose-gc`: a test runner's own bookkeeping of promises would hide what grows, and is slow.
// Until then it is the compiler whose memory grows.
const warmUp = 2000;
const all = 12_000;

const { clock, source, run, stop, pulls, lines, pullEvents, statuses, store, noted } = createAgentBench(
  async (image) => {
    if (image.startsWith("bad")) fail("not-found");
    if (image.startsWith("busy")) fail("rate-limited");
  },
);

async function sync(number: number): Promise<void> {
  const odd = number % 10 === 0 ? [`bad-${number}:1`, `busy-${number}.test/a:1`] : [];
  source.set([`new-${number}:1`, `new-${number - 1}:1`, ...odd, "same:1"]);
  await clock.advance(15_000);
  for (const name of store.keys()) {
    if (number % 50 === 0 || !name.includes("same")) store.delete(name);
  }
  for (const kept of [pulls, lines, pullEvents, noted]) kept.length = 0;
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const done = run();
for (let number = 0; number < warmUp; number++) await sync(number);
const beforeBytes = heapBytes();
for (let number = warmUp; number < all; number++) await sync(number);
const grownBytes = heapBytes() - beforeBytes;
const images = statuses.at(-1)?.images.length;
stop.abort(new Error("stop"));
await clock.advance(2000);
await done;
process.stdout.write(JSON.stringify({ grownBytes, images, sleepers: clock.sleepers() }));
