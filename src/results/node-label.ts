import type { KubeClient } from "../kube/client.ts";
import type { Clock, Random } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { createLabelLog } from "./node-label-log.ts";
import { createLabelKey, isNodeName } from "./node-label-name.ts";
import { type LabelTools, patchLabel } from "./node-label-patch.ts";

/** The label by which a node tells whether it has the images of one instance. */
export interface NodeLabel {
  /**
   * Takes away what an earlier run wrote. Resolves as soon as it is gone, and after 5 s at the latest: then the
   * work goes on in the background until `write` or `close`. Never rejects.
   */
  clear(): Promise<void>;
  /** Resolves to whether the label is written, by the label timeout at the latest. Never rejects. */
  write(value: "succeeded" | "failed"): Promise<boolean>;
  /** Ends what is under way. */
  close(): void;
}

export interface NodeLabelOptions {
  /** Undefined: this is no pod. */
  readonly client: Pick<KubeClient, "patch"> | undefined;
  /** `NODE_NAME` */
  readonly nodeName: string;
  /** `INSTANCE_NAME` */
  readonly instance: string | undefined;
  /** How long `write` may take, whatever became of the run. */
  readonly timeoutMs: number;
  /** Aborts when the process is asked to stop; a write then has 1.5 s left, a clear none. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly timing?: LabelTiming;
}

export interface LabelTiming {
  readonly clearWaitMs: number;
  readonly attemptTimeoutMs: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly stopGraceMs: number;
}

const usualTiming: LabelTiming = {
  clearWaitMs: 5000,
  attemptTimeoutMs: 10_000,
  initialDelayMs: 500,
  maxDelayMs: 10_000,
  stopGraceMs: 1500,
};

/** Does nothing: there is no node to label. */
const noNodeLabel: NodeLabel = {
  clear: async () => {},
  write: async () => false,
  close: () => {},
};

/** The label of this node and instance; where there is none to write, that is said once, here. */
export function createNodeLabel(options: NodeLabelOptions): NodeLabel {
  const { client, nodeName, log } = options;
  if (client === undefined) {
    log.info("no node label: this is no pod of a cluster", { node: nodeName });
    return noNodeLabel;
  }
  if (!isNodeName(nodeName)) {
    log.warn("no node label: NODE_NAME is no name of a node", { node: nodeName });
    return noNodeLabel;
  }
  const { timing = usualTiming } = options;
  const key = createLabelKey(options.instance);
  return createLabel(options, timing, { ...options, ...timing, client, nodeName, key, backoff: timing });
}

//  clear() ──► clearing ──set or refused──► idle ──write()──► writing ──► written | failed
//                 └──5 s──► clearing behind the pulls ──write()──┘  (its attempt under way ends first,
//                                                                   so that it cannot undo the write)
function createLabel(options: NodeLabelOptions, timing: LabelTiming, tools: LabelTools): NodeLabel {
  const { clock, stop, timeoutMs } = options;
  const closed = new AbortController();
  const writing = new AbortController();
  const dropped = new AbortController();
  const graceOver = createGrace(stop, timing.stopGraceMs, clock, closed.signal);
  const say = createLabelLog(tools);
  let clearing: Promise<unknown> = Promise.resolve();

  return {
    async clear() {
      const bounds = {
        endMs: Number.POSITIVE_INFINITY,
        signal: AbortSignal.any([stop, closed.signal, dropped.signal]),
        lastAttempt: writing.signal,
      };
      let waited = false;
      const attempt = patchLabel(tools, null, bounds).then((error) => {
        const superseded = bounds.signal.aborted || writing.signal.aborted;
        if (!superseded || error === undefined) say.cleared(error, waited);
      });
      clearing = attempt;
      if (await endsWithin(attempt, timing.clearWaitMs, clock)) return;
      waited = true;
      say.notYetCleared();
    },
    async write(value) {
      const endMs = clock.nowMs() + timeoutMs;
      writing.abort();
      if (!(await endsWithin(clearing, Math.min(timing.attemptTimeoutMs, timeoutMs / 2), clock)))
        dropped.abort();
      const error = await patchLabel(tools, value, {
        endMs,
        signal: AbortSignal.any([graceOver, closed.signal]),
      });
      say.written(value, error);
      return error === undefined;
    },
    close: () => closed.abort(),
  };
}

/** Aborts `graceMs` after `stop` does. */
function createGrace(stop: AbortSignal, graceMs: number, clock: Clock, closed: AbortSignal): AbortSignal {
  const over = new AbortController();
  const begin = () => {
    clock.sleep(graceMs, closed).then(
      () => over.abort(stop.reason),
      () => {},
    );
  };
  if (stop.aborted) begin();
  else stop.addEventListener("abort", begin, { once: true, signal: closed });
  return over.signal;
}

async function endsWithin(work: Promise<unknown>, timeoutMs: number, clock: Clock): Promise<boolean> {
  const timer = new AbortController();
  const late = clock.sleep(timeoutMs, timer.signal).then(
    () => false,
    () => true,
  );
  const inTime = await Promise.race([work.then(() => true), late]);
  timer.abort();
  return inTime;
}
