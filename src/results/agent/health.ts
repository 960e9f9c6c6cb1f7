import type { Clock } from "../../lib/clock.ts";
import { printable } from "../../lib/printable.ts";
import type { AgentStatus } from "../agent-status.ts";
import { isKnown, isNodeKnown, isSettled } from "./node-state.ts";
import type { PartialObserver } from "./observers.ts";

/** The answer to one probe, with its reason in one line. */
export interface ProbeAnswer {
  readonly ok: boolean;
  readonly reason: string;
}

/** What the probes of the agent's pod are told. */
export interface AgentHealth extends PartialObserver {
  /** Sources have spoken and each desired image was tried once; later only a runtime that stays away undoes it. */
  ready(): ProbeAnswer;
  /** The loop comes round on time. */
  live(): ProbeAnswer;
}

const leastPatienceMs = 60_000;

/** Health of an agent that begins; until its loop first came round it waits for the runtime, and that is no fault. */
export function createAgentHealth(options: {
  readonly clock: Pick<Clock, "nowMs">;
  readonly syncPeriodMs: number;
}): AgentHealth {
  const { clock } = options;
  const patienceMs = Math.max(3 * options.syncPeriodMs, leastPatienceMs);
  let status: AgentStatus | undefined;
  let tickMs: number | undefined;
  let wasReady = false;
  return {
    status(next) {
      status = next;
      wasReady ||= isKnown(next) && next.images.every(isSettled);
    },
    tick() {
      tickMs = clock.nowMs();
    },
    ready() {
      if (!wasReady) return { ok: false, reason: describeUnready(status) };
      const awayMs = clock.nowMs() - (status?.listedMs ?? 0);
      if (awayMs <= patienceMs) return { ok: true, reason: describeReady(status) };
      const why = printable(status?.runtimeError?.message ?? "no reason known", 300);
      return { ok: false, reason: `the runtime has not listed its images for ${seconds(awayMs)}: ${why}` };
    },
    live() {
      if (tickMs === undefined) return { ok: true, reason: "starting" };
      const ageMs = clock.nowMs() - tickMs;
      const reason = `the loop came round ${seconds(ageMs)} ago`;
      return ageMs <= patienceMs ? { ok: true, reason } : { ok: false, reason: `${reason}: it hangs` };
    },
  };
}

function describeReady(status: AgentStatus | undefined): string {
  const images = status?.images ?? [];
  const present = images.filter(({ phase }) => phase === "present").length;
  return `${present} of ${images.length} images are present`;
}

function describeUnready(status: AgentStatus | undefined): string {
  if (status === undefined) return "starting";
  const waiting = status.sources.find(({ state }) => state === "waiting");
  if (waiting !== undefined) {
    const detail = waiting.detail === undefined ? "" : `: ${printable(waiting.detail, 300)}`;
    return `the source ${waiting.name} is not synced${detail}`;
  }
  if (status.listedMs === undefined) {
    const error = status.runtimeError === undefined ? "" : `: ${printable(status.runtimeError.message, 300)}`;
    return `the runtime has not listed its images yet${error}`;
  }
  if (!isNodeKnown(status)) return "this node is not known yet";
  const untried = status.images.filter((image) => !isSettled(image)).length;
  return `${untried} of ${status.images.length} images were not tried yet`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
