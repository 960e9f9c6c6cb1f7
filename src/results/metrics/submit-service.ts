import type { GrpcHandler } from "../../lib/grpc/server-call.ts";
import { GrpcError } from "../../lib/grpc/status.ts";
import { Result } from "../gen/metrics.ts";

/** The path of the one method; the service has no package. */
export const submitMethod = "/Metrics/Submit";

/** Where results go. */
export interface ResultSink {
  add(result: Result): void;
  /** All that was added is where a restart finds it, or cannot be brought there. */
  saved(): Promise<void>;
}

/** `Metrics.Submit`: takes each result as it arrives, and says so only when it is kept. */
export function createSubmitHandler(sink: ResultSink): GrpcHandler {
  return async (messages) => {
    for await (const message of messages) sink.add(decodeResult(message));
    await sink.saved();
    return new Uint8Array();
  };
}

function decodeResult(message: Buffer): Result {
  try {
    return Result.decode(message);
  } catch (error) {
    throw new GrpcError("INVALID_ARGUMENT", "a message is no Result", { cause: error });
  }
}
