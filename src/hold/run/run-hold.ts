import { createBell } from "../../sources/bell.ts";
import { createAccessBook } from "./access-book.ts";
import { createGatherer } from "./gather.ts";
import { type HoldTimings, type HoldTools, holdTimings } from "./hold-tools.ts";
import { createHoldTurn, type HoldTurn } from "./hold-turn.ts";
import { letGo } from "./let-go.ts";
import { createWatchers } from "./watchers.ts";

/**
 * Holds images until the signal aborts; then lets go of them only where their Deployment is on its way out. Never
 * rejects.
 */
export async function runHold(tools: HoldTools, signal: AbortSignal): Promise<void> {
  const { source, client, leader, clock, log, timings = holdTimings } = tools;
  const bell = createBell(clock);
  const access = createAccessBook(client, log);
  const gatherer = createGatherer({ client, access, clock, log });
  const watchers = createWatchers(tools.inform, source.current());
  const turn = createHoldTurn({ ...tools, access, gatherer, watchers, onChange: bell.ring });
  // Leadership outlives the signal: who lets go has to lead.
  const end = new AbortController();
  const running = [source.run(bell.ring, signal), leader.run(bell.ring, end.signal)];
  try {
    let failures = 0;
    while (!signal.aborted) {
      const waitMs = await lookOnce(tools, turn, failures, signal);
      failures = waitMs === undefined ? failures + 1 : 0;
      if (waitMs === undefined) await clock.sleep(backoffMs(failures, timings), signal).catch(() => {});
      else if (await bell.wait(waitMs, signal)) await bell.settle(timings.settleMs, signal);
    }
    await letGo(tools, { probes: watchers.probes() ?? [], ownerUid: turn.ownerUid() });
  } finally {
    end.abort(new Error("stopped"));
    await Promise.all(running);
    await watchers.stopped();
  }
}

/** Resolves to how long to wait for a change; undefined: it failed. */
async function lookOnce(
  { telling, clock, log, timings = holdTimings }: HoldTools,
  turn: HoldTurn,
  failures: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const wakeMs = await turn.run(signal);
    telling.tick(undefined);
    return Math.min(timings.mostWaitMs, Math.max(timings.leastWaitMs, wakeMs - clock.nowMs()));
  } catch (cause) {
    if (signal.aborted) return 0;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    telling.tick(error);
    (failures === 0 ? log.warn : log.debug)("a look came to nothing, trying again", { error });
    return undefined;
  }
}

function backoffMs(failures: number, { backoffFirstMs, backoffMostMs }: HoldTimings): number {
  return Math.min(backoffFirstMs * 2 ** Math.min(failures - 1, 10), backoffMostMs);
}
