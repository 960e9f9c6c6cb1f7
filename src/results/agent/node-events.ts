import type { CallBounds } from "../../lib/call-bounds.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { printable } from "../../lib/printable.ts";
import type { ImageStatus } from "../agent-status.ts";
import { createEventGate } from "./event-gate.ts";
import { createEventObject, type EventReason } from "./event-object.ts";
import { nodeCallMs } from "./node-tools.ts";
import type { PartialObserver } from "./observers.ts";
import { isRefusal } from "./reconciler.ts";
import { createRefusalLog } from "./refusal-log.ts";

export interface NodeEventsOptions {
  readonly client: {
    post(path: string, body: unknown, bounds: CallBounds): Promise<unknown>;
  };
  readonly nodeName: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Kubernetes events about this node: what went wrong with its images. */
export interface NodeEvents extends PartialObserver {
  /** Tells what happened once to the node as a whole, as soon as the API server takes it. */
  report(reason: EventReason, message: string): void;
}

interface Told {
  readonly reason: EventReason;
  readonly id: string;
  readonly message: string;
}

const rule = { apiGroups: [""], resources: ["events"], verbs: ["create"] };
const quietMs = 60_000;
const refusedQuietMs = 3_600_000;

/** Events of the images of a node, few and each once; whatever becomes of them, nothing else suffers. */
export function createNodeEvents(options: NodeEventsOptions): NodeEvents {
  const { client, clock, log, signal } = options;
  const gate = createEventGate();
  const failed = createRefusalLog(log, "no Kubernetes event written", rule);
  // What is reported happened once: no later status says it again.
  const owed = new Map<EventReason, string>();
  let last: Promise<void> = Promise.resolve();
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let failures = 0;

  const send = async ({ reason, id, message }: Told) => {
    if (signal.aborted || clock.nowMs() < quietUntilMs) return gate.giveBack(id);
    try {
      const body = createEventObject({ ...options, reason, message });
      const bounds = { timeoutMs: nodeCallMs, signal };
      await client.post("/api/v1/namespaces/default/events", body, bounds);
      if (owed.get(reason) === message) owed.delete(reason);
      failures = 0;
    } catch (cause) {
      gate.giveBack(id);
      if (signal.aborted) return;
      failures += 1;
      quietUntilMs = clock.nowMs() + (isRefusal(cause) ? refusedQuietMs : quietMs);
      failed(cause instanceof Error ? cause : new Error(String(cause)), failures);
    }
  };

  const tell = (reason: EventReason, subject: string, message: string) => {
    const id = `${reason} ${subject}`;
    const nowMs = clock.nowMs();
    if (nowMs < quietUntilMs || !gate.take(id, nowMs)) return;
    // The gate lets ten pass in a minute, so that no more than these ever wait.
    last = last.then(() => send({ reason, id, message }));
  };

  const tellOwed = () => {
    for (const [reason, message] of owed) {
      if (gate.has(`${reason} `, clock.nowMs())) continue;
      tell(reason, "", message);
    }
  };

  return {
    report(reason, message) {
      owed.set(reason, message);
      tellOwed();
    },
    status({ images }) {
      tellOwed();
      for (const image of images) if (image.phase !== "present") tellImage(image, tell);
    },
  };
}

type Tell = (reason: EventReason, subject: string, message: string) => void;

function tellImage({ wanted, failure, reason }: ImageStatus, tell: Tell): void {
  const name = printable(wanted.name, 400);
  if (reason === "EvictedByGC") {
    const advice = "pulled again later; pin it (--pin) or let a pod hold it";
    tell(reason, wanted.name, `image ${name} was deleted from this node twice within the hour; ${advice}`);
  }
  if (reason === "DiskFloor")
    tell(reason, "", "images are not pulled: the free disk space is below --min-free");
  if (failure === undefined || failure.kind === "cancelled") return;
  const id = `${failure.kind} ${wanted.name}`;
  tell("ImagePullFailed", id, `image ${name} is not pulled (${failure.kind}): ${failure.message}`);
}
