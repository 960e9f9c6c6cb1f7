import { GrpcError, type StatusCode } from "../../lib/grpc/status.ts";

const passingCodes: readonly StatusCode[] = ["UNAVAILABLE", "RESOURCE_EXHAUSTED"];
// A thousand nodes that end at once are through in two seconds; until then the aggregator cuts connections.
const busyMs = 4000;
// An aggregator that is installed together with the fetch needs some seconds until its Service has it.
const startingMs = 8000;
const absentMs = 1000;
const notYetThere: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

/** How long it is worth to submit again at the end of a fetch, where the last attempt failed with this. */
export function decidePatienceMs(error: unknown): number {
  if (!(error instanceof GrpcError)) return absentMs;
  // The server is there and asks to be asked again.
  if (error.fromServer && passingCodes.includes(error.code)) return Number.POSITIVE_INFINITY;
  const code = codeOf(error.cause);
  if (notYetThere.has(code)) return startingMs;
  return error.refused || code === "ECONNRESET" ? busyMs : absentMs;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
