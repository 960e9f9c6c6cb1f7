import type { Random } from "../lib/clock.ts";
import type { RetryTiming } from "./retry.ts";

/** The first pause is this many times the first delay between attempts. */
const pauseFactor = 16;
/** So that no delays are no storm. */
const leastPauseMs = 1000;

/**
 * The pause after so many rounds of attempts (from 1) that failed one after another: doubled each time up to the
 * longest delay, and anything between half of that and all of it, so that nodes do not ask together.
 */
export function roundPauseMs(
  rounds: number,
  { initialDelayMs, maxDelayMs }: Pick<RetryTiming, "initialDelayMs" | "maxDelayMs">,
  random: Random,
): number {
  const doubled = initialDelayMs * pauseFactor * 2 ** Math.min(rounds - 1, 30);
  const fullMs = Math.max(Math.min(doubled, maxDelayMs), leastPauseMs);
  return Math.round(fullMs * (0.5 + random() / 2));
}
