import type { Clock, Random } from "../../lib/clock.ts";
import { printable } from "../../lib/printable.ts";

/** What is told of a node. */
export type EventReason = "ImagePullFailed" | "EvictedByGC" | "DiskFloor" | "StartupTaintTimeout";

export interface EventParts {
  readonly reason: EventReason;
  readonly message: string;
  readonly nodeName: string;
  readonly clock: Pick<Clock, "dateMs">;
  readonly random: Random;
}

const component = "prestow-agent";
/** Kubernetes takes 1024 bytes. */
const maxMessageBytes = 1000;
/** The name of an event has at most 253 characters, the rest is ours. */
const maxPrefix = 200;

/** The Event as the kubelet writes those of its node: in the namespace default, the node's name as its uid. */
export function createEventObject({ reason, message, nodeName, clock, random }: EventParts) {
  const dateMs = clock.dateMs();
  const time = new Date(dateMs).toISOString().replace(/\.\d+Z$/, "Z");
  const prefix = nodeName.slice(0, maxPrefix).replace(/[.-]+$/, "");
  const unique = `${dateMs.toString(16)}${Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0")}`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${prefix}.${unique}`, namespace: "default" },
    involvedObject: { kind: "Node", name: nodeName, uid: nodeName },
    reason,
    message: cutBytes(printable(message, maxMessageBytes)),
    type: "Warning",
    source: { component, host: nodeName },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    reportingComponent: component,
    reportingInstance: nodeName,
  };
}

function cutBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxMessageBytes) return text;
  // A character that is cut in two becomes U+FFFD, three bytes long.
  return `${bytes.toString("utf8", 0, maxMessageBytes - 8).replace(/\ufffd$/, "")}…`;
}
