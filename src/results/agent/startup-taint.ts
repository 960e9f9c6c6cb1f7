import { formatDuration } from "../../lib/duration.ts";
import type { AgentStatus } from "../agent-status.ts";
import { describeMissing } from "./describe-missing.ts";
import { hasAllImages } from "./node-state.ts";
import { type NodeTools, nodeLagMs } from "./node-tools.ts";
import type { PartialObserver } from "./observers.ts";
import { createReconciler } from "./reconciler.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { removeTaint } from "./taint-removal.ts";

export interface StartupTaintOptions {
  readonly key: string;
  /** From the start of the process, and again from when the taint is put back: then it goes whatever is missing. */
  readonly timeoutMs: number;
  /** Hears why a taint was taken away though images are missing. */
  readonly onTimeout: (message: string) => void;
}

const rule = { apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] };

/** Takes the startup taint off this node as soon as every desired image is present, or when its time is over. */
export function createStartupTaint(options: StartupTaintOptions, tools: NodeTools): PartialObserver {
  const { key, timeoutMs } = options;
  const { clock, log, nodeName: node } = tools;
  const seen = createSeenTaint(key, tools);
  let closedSinceMs = clock.nowMs();
  let status: AgentStatus | undefined;

  const sayRemoved = (missing: string | undefined) => {
    const fields = { node, taint: key };
    if (missing === undefined) return log.info("startup taint removed", fields);
    const message = `startup taint ${key} removed after ${formatDuration(timeoutMs)} though ${missing}`;
    log.warn("startup taint removed though images are missing", { ...fields, missing });
    options.onTimeout(message);
  };

  const apply = async () => {
    const there = seen.look();
    if (there === "gone") return undefined;
    if (there === "back") closedSinceMs = clock.nowMs();
    const missing = hasAllImages(status) ? undefined : describeMissing(status);
    const remainingMs = closedSinceMs + timeoutMs - clock.nowMs();
    if (missing !== undefined && remainingMs > 0) return remainingMs;
    const removed = await removeTaint(tools, key, tools.node()?.taints);
    seen.noteGone();
    if (removed) sayRemoved(missing);
    return undefined;
  };

  const failed = createRefusalLog(log, "startup taint not removed", rule);
  const reconciler = createReconciler({ ...tools, apply, failed });
  reconciler.wake();
  return {
    status(next) {
      status = next;
      reconciler.wake();
    },
  };
}

/** Whether the taint is there, so far as that is known: `there` also while it is not, so that it is looked up once. */
function createSeenTaint(key: string, { node, clock }: NodeTools) {
  let gone: { atMs: number; facts: unknown } | undefined;
  return {
    look(): "there" | "gone" | "back" {
      const facts = node();
      const has = facts?.taints.some((taint) => taint.key === key);
      if (gone === undefined) {
        if (has === false) gone = { atMs: Number.NEGATIVE_INFINITY, facts };
        return has === false ? "gone" : "there";
      }
      const isNews = facts !== gone.facts && clock.nowMs() - gone.atMs > nodeLagMs;
      if (has !== true || !isNews) return "gone";
      gone = undefined;
      return "back";
    },
    noteGone() {
      gone = { atMs: clock.nowMs(), facts: node() };
    },
  };
}
