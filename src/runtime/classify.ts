import { printable } from "../lib/printable.ts";
import type { ErrorKind } from "./errors.ts";
import { RuntimeError } from "./errors.ts";
import { GrpcError } from "./grpc/status.ts";

/** stub for experiment */
export function runtimeErrorFrom(error: unknown, method: string): RuntimeError {
  const kind: ErrorKind = "unknown";
  if (error instanceof GrpcError)
    return new RuntimeError(`${method}: ${error.code} ${printable(error.message)}`, { kind, cause: error });
  return new RuntimeError(`${method}: ${String(error)}`, { kind, cause: error });
}
