import { GrpcError, type StatusCode } from "../../lib/grpc/status.ts";

const passingCodes: readonly StatusCode[] = ["UNAVAILABLE", "RESOURCE_EXHAUSTED"];
// A thousand nodes that end at once are through in two seconds; until then the aggregator cuts connections.
const busyMs = 4000;
const absentMs = 1000;

/** How long it is worth to submit again at the end of a fetch, where the last attempt failed with this. */
export function decidePatienceMs(error: unknown): number {
  if (!(error instanceof GrpcError)) return absentMs;
  // The server is there and asks to be asked again.
  if (error.fromServer && passingCodes.includes(error.code)) return Number.POSITIVE_INFINITY;
  return error.refused || isCut(error.cause) ? busyMs : absentMs;
}

function isCut(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ECONNRESET";
}
