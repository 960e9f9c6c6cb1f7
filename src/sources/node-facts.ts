import { isRecord } from "../lib/record.ts";
import type { NodeFacts } from "../plan/pod-placement.ts";
import { recordAt, recordsAt, textAt, textMapAt } from "./json-parts.ts";

/** What the agent needs to know of a Node object; undefined for what is none. */
export function parseNodeFacts(object: unknown): NodeFacts | undefined {
  const metadata = recordAt(object, "metadata");
  const name = textAt(metadata, "name");
  if (!isRecord(object) || name === undefined) return undefined;
  return {
    name,
    labels: textMapAt(metadata, "labels"),
    taints: recordsAt(recordAt(object, "spec"), "taints").map((taint) => ({
      key: textAt(taint, "key") ?? "",
      value: textAt(taint, "value") ?? "",
      effect: textAt(taint, "effect") ?? "",
    })),
    diskPressure: recordsAt(recordAt(object, "status"), "conditions").some(
      ({ type, status }) => type === "DiskPressure" && status === "True",
    ),
  };
}
