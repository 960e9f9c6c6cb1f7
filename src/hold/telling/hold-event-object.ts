import type { Clock, Random } from "../../lib/clock.ts";
import { printable } from "../../lib/printable.ts";

/** What is told of the Deployment. */
export type HoldEventReason = "ImageNotHeld" | "NothingWritten" | "ConfigurationRefused";

/** The Deployment that an event is about. */
export interface EventSubject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const component = "prestow-hold";
/** Kubernetes takes 1024 bytes, and a character has three of them at most, but few. */
const maxMessage = 500;
/** The name of an event has at most 253 characters, the rest is ours. */
const maxPrefix = 200;

/** A warning about the Deployment that owns what is held. */
export function createHoldEvent(
  reason: HoldEventReason,
  message: string,
  { namespace, name, uid }: EventSubject,
  clock: Pick<Clock, "dateMs">,
  random: Random,
) {
  const dateMs = clock.dateMs();
  const time = new Date(dateMs).toISOString().replace(/\.\d+Z$/, "Z");
  const unique = `${dateMs.toString(16)}${Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0")}`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name.slice(0, maxPrefix).replace(/[.-]+$/, "")}.${unique}`, namespace },
    involvedObject: { apiVersion: "apps/v1", kind: "Deployment", namespace, name, uid },
    reason,
    message: printable(message, maxMessage),
    type: "Warning",
    source: { component },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    reportingComponent: component,
    reportingInstance: name,
  };
}
