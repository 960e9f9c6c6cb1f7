import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Informer } from "../../src/kube/informed.ts";
import { createInformer, type InformerOptions } from "../../src/kube/informer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { isRecord } from "../../src/lib/record.ts";

/** An informer at work; what it keeps of an object is its `data`, as JSON. */
export interface RunningInformer extends Informer<string> {
  /** What it keeps, as a plain object. */
  kept(): Record<string, string>;
  /** How often `onChange` was called. */
  changes(): number;
  stop(): Promise<void>;
}

type Options = Pick<InformerOptions<string>, "client" | "path"> & Partial<InformerOptions<string>>;

/** Starts an informer; the caller stops it. */
export function startInformer(options: Options): RunningInformer {
  const informer = createInformer<string>({
    extract: dataOf,
    clock: systemClock,
    random: Math.random,
    ...options,
  });
  const stop = new AbortController();
  let changes = 0;
  const running = informer.run(() => {
    changes += 1;
  }, stop.signal);
  return Object.assign(Object.create(informer), {
    kept: () => Object.fromEntries(informer.objects),
    changes: () => changes,
    async stop() {
      stop.abort(new Error("stopped"));
      await running;
    },
  });
}

/** The `data` of a ConfigMap or of what looks like one. */
export function dataOf(object: unknown): string | undefined {
  const data = isRecord(object) ? object["data"] : undefined;
  return data === undefined ? undefined : JSON.stringify(data);
}

/** Asserts again and again until it holds; the deadline is generous, as nothing is promised. */
export async function until(assertion: () => void, timeoutMs = 30_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return assertion();
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await sleep(10);
  }
}

/** Waits until an informer keeps exactly this. */
export function untilKept(informer: RunningInformer, expected: Record<string, string>): Promise<void> {
  return until(() => assert.deepEqual([informer.state, informer.kept()], ["synced", expected]));
}
