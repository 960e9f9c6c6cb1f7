import type { KubeClient } from "../../kube/client.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { createEventGate } from "../../results/agent/event-gate.ts";
import type { ErrorKind } from "../../runtime/errors.ts";
import type { HoldStatus } from "../hold-status.ts";
import { createHoldEvent, type EventSubject, type HoldEventReason } from "./hold-event-object.ts";

/** Kubernetes events about the Deployment: what a person should look at. */
export interface HoldEvents {
  status(status: HoldStatus, subject: EventSubject): void;
}

interface Tools {
  readonly client: Pick<KubeClient, "post">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const callMs = 10_000;
/** Kinds that somebody has to mend; all others may pass by themselves, and are no event before they have counted. */
const lasting: ReadonlySet<ErrorKind> = new Set(["not-found", "denied", "invalid-reference"]);
const quietMs = 60_000;

/** Few events, and each once in an hour; whatever becomes of them, nothing else suffers. */
export function createHoldEvents({ client, clock, random, log, signal }: Tools): HoldEvents {
  const gate = createEventGate();
  let last: Promise<void> = Promise.resolve();
  let quietUntilMs = Number.NEGATIVE_INFINITY;

  const send = async (id: string, event: object, namespace: string) => {
    if (signal.aborted || clock.nowMs() < quietUntilMs) return gate.giveBack(id);
    try {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
      await client.post(path, event, { timeoutMs: callMs, signal });
    } catch (error) {
      gate.giveBack(id);
      quietUntilMs = clock.nowMs() + quietMs;
      log.debug("no Kubernetes event written", { error });
    }
  };

  return {
    status(status, subject) {
      for (const { reason, about, message } of listTold(status)) {
        const id = `${reason} ${about}`;
        if (clock.nowMs() < quietUntilMs || !gate.take(id, clock.nowMs())) continue;
        const event = createHoldEvent(reason, message, subject, clock, random);
        // The gate lets ten pass in a minute, so that no more than these ever wait.
        last = last.then(() => send(id, event, subject.namespace));
      }
    },
  };
}

interface Told {
  readonly reason: HoldEventReason;
  readonly about: string;
  readonly message: string;
}

function listTold({ problem, configFaults, images }: HoldStatus): Told[] {
  const failing = images.flatMap(({ name, ref, heldRef, failure, failures }): Told[] => {
    if (failure === undefined || (failures === 0 && !lasting.has(failure.kind))) return [];
    const what = heldRef === undefined ? "not held" : `held as ${heldRef}, not as it is to be`;
    const message = `image ${ref} (${name}) is ${what} (${failure.kind}): ${failure.message}`;
    return [{ reason: "ImageNotHeld", about: `${failure.kind} ${ref}`, message }];
  });
  return [
    ...(problem === undefined ? [] : [told("NothingWritten", problem)]),
    ...configFaults.slice(0, 3).map((fault) => told("ConfigurationRefused", fault)),
    ...failing,
  ];
}

function told(reason: HoldEventReason, message: string): Told {
  return { reason, about: message, message };
}
