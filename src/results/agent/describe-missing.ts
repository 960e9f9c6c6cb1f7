import { printable } from "../../lib/printable.ts";
import type { AgentStatus } from "../agent-status.ts";
import { isKnown, isNodeKnown } from "./node-state.ts";

const maxNames = 5;

/** One clause that says what a node lacks: `1 of 3 images is missing: docker.io/library/a:1 (not-found)`. */
export function describeMissing(status: AgentStatus | undefined): string {
  if (status === undefined || !isKnown(status)) return describeUnknown(status);
  const missing = status.images.filter(({ phase }) => phase !== "present");
  const names = missing.slice(0, maxNames).map(({ wanted, failure, reason }) => {
    const why = failure?.kind ?? reason;
    return `${printable(wanted.name, 300)}${why === undefined ? "" : ` (${why})`}`;
  });
  const more = missing.length > maxNames ? ` and ${missing.length - maxNames} more` : "";
  const verb = missing.length === 1 ? "is" : "are";
  return `${missing.length} of ${status.images.length} images ${verb} missing: ${names.join(", ")}${more}`;
}

function describeUnknown(status: AgentStatus | undefined): string {
  const waiting = status?.sources.filter(({ state }) => state === "waiting") ?? [];
  if (status?.listedMs !== undefined && !isNodeKnown(status)) return "this node is not known yet";
  if (waiting.length === 0) return "the runtime has not listed its images yet";
  const names = waiting.map(({ name, detail }) =>
    detail === undefined ? name : `${name} (${printable(detail, 300)})`,
  );
  return `it is not known yet what is desired: ${names.join(", ")}`;
}
