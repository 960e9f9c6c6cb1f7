import type { KubeError, KubeErrorKind } from "../kube/errors.ts";
import type { Random } from "../lib/clock.ts";

/** How the waits between attempts grow. */
export interface LabelBackoff {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/** Time does not mend these: a rule is missing, the node has another name, or we are wrong. */
const final: ReadonlySet<KubeErrorKind> = new Set(["forbidden", "not-found", "invalid", "gone"]);

/** Less than this is no time for another attempt. */
const leastUsefulMs = 10;

/**
 * How long to wait before attempt `attempts + 1`; undefined: do not try again. A wait that the server asks for
 * is kept or not made, all others shrink near the end so that there is a last attempt.
 */
export function decideLabelRetry(
  failure: Pick<KubeError, "kind" | "retryAfterMs">,
  attempts: number,
  remainingMs: number,
  backoff: LabelBackoff,
  random: Random,
): number | undefined {
  if (final.has(failure.kind) || remainingMs < leastUsefulMs) return undefined;
  const fullMs = Math.min(backoff.initialDelayMs * 2 ** Math.min(attempts - 1, 30), backoff.maxDelayMs);
  const delayMs = fullMs * (0.5 + random() / 2);
  // Later than asked, never earlier: many nodes were told the same moment.
  const askedMs = (failure.retryAfterMs ?? 0) * (1 + random() / 4);
  if (askedMs > remainingMs - leastUsefulMs) return undefined;
  return Math.max(askedMs, Math.min(delayMs, remainingMs / 2));
}
