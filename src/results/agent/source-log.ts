import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { printable } from "../../lib/printable.ts";
import type { RejectedRequest } from "../../plan/node-image.ts";
import type { SourceStatus } from "../agent-status.ts";
import type { PartialObserver } from "./observers.ts";

/** So many faulty names are told one by one; who has more of them has one mistake. */
const maxRejected = 50;

/** So long a source may take to be heard before that is worth a warning. */
const patienceMs = 5000;

interface ToldSource {
  readonly sinceMs: number;
  readonly told: string;
}

/** Says how each source is, once for each change, and which requests name no image. */
export function createSourceLog(log: Logger, clock: Pick<Clock, "nowMs">): PartialObserver {
  const known = new Map<string, ToldSource>();
  let rejected: ReadonlySet<string> = new Set();
  return {
    status(status) {
      const nowMs = clock.nowMs();
      for (const source of status.sources) {
        const before = known.get(source.name) ?? { sinceMs: nowMs, told: "" };
        const told = describeState(source, nowMs - before.sinceMs);
        known.set(source.name, { ...before, told });
        if (told !== before.told) tellSource(source, log);
      }
      rejected = tellRejected(status.rejected, rejected, log);
    },
  };
}

/** What is told once; empty: nothing yet. Why a source fails changes with each attempt, that it fails does not. */
function describeState({ state, detail = "" }: SourceStatus, waitedMs: number): string {
  if (state === "waiting") return waitedMs < patienceMs ? "" : "waiting";
  return state === "failing" ? "failing" : `synced ${detail}`;
}

function tellSource({ name, state, detail, images }: SourceStatus, log: Logger): void {
  const fields = { source: name, ...(detail !== undefined && { detail: printable(detail, 500) }) };
  if (state === "synced") log.info("source synced", { ...fields, images });
  else if (state === "failing") log.warn("source fails, its last images stay desired", { ...fields, images });
  else log.warn("source not synced yet", fields);
}

function tellRejected(
  requests: readonly RejectedRequest[],
  before: ReadonlySet<string>,
  log: Logger,
): ReadonlySet<string> {
  const now = new Set<string>();
  for (const { request, reason } of requests.slice(0, maxRejected)) {
    const key = `${request.where} ${request.ref}`;
    if (now.has(key)) continue;
    now.add(key);
    if (!before.has(key)) log.warn("no image", { image: request.ref, where: request.where, reason });
  }
  return now;
}
