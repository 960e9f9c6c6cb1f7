import type { Clock } from "../../lib/clock.ts";
import { printable } from "../../lib/printable.ts";
import type { ProbeAnswer } from "../../results/agent/health.ts";
import type { HoldStatus } from "../hold-status.ts";

/** What the probes of the controller's pod are told. */
export interface HoldHealth {
  status(status: HoldStatus): void;
  /** The loop came round, whatever came of it; `fault` is why it came to nothing. */
  tick(fault: Error | undefined): void;
  /** The world was seen once; a bad image or a bad configuration is no reason to stop a rollout. */
  ready(): ProbeAnswer;
  /** The loop comes round on time. */
  live(): ProbeAnswer;
}

/** The loop looks at least every half minute, and no call takes a quarter of one. */
const patienceMs = 300_000;

/** Health of a controller that begins. */
export function createHoldHealth(clock: Pick<Clock, "nowMs">): HoldHealth {
  let status: HoldStatus | undefined;
  let fault: Error | undefined;
  let tickMs = clock.nowMs();
  return {
    status(next) {
      // What is waited for later on (nodes that are asked) is no reason to be taken for unready.
      if (next.pending === undefined || status !== undefined) status = next;
    },
    tick(found) {
      fault = found;
      tickMs = clock.nowMs();
    },
    ready() {
      if (status !== undefined) return { ok: true, reason: describe(status) };
      const why = fault === undefined ? "" : `: ${printable(fault.message, 300)}`;
      return { ok: false, reason: `starting${why}` };
    },
    live() {
      const ageMs = clock.nowMs() - tickMs;
      const reason = `the loop came round ${Math.round(ageMs / 1000)} s ago`;
      return ageMs <= patienceMs ? { ok: true, reason } : { ok: false, reason: `${reason}: it hangs` };
    },
  };
}

function describe({ leading, problem, pending, images, nodes }: HoldStatus): string {
  if (!leading) return "another replica leads";
  if (problem !== undefined || pending !== undefined) return printable(problem ?? pending ?? "", 300);
  const held = images.filter(({ heldRef }) => heldRef !== undefined).length;
  return `${held} of ${images.length} images are held, by ready pods on ${nodes.ready} of ${nodes.desired} nodes`;
}
