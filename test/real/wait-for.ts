import { systemClock } from "../../src/lib/clock.ts";

/** Waits until a condition holds; throws after `withinMs` with what was waited for. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const endMs = systemClock.nowMs() + withinMs;
  while (!(await condition())) {
    if (systemClock.nowMs() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await systemClock.sleep(20);
  }
}
