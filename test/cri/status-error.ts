import type { status } from "@grpc/grpc-js";

export type StatusName = keyof typeof status;

/** What a call fails with, as gRPC sends it. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: StatusName;

  constructor(code: StatusName, message: string) {
    super(message);
    this.code = code;
  }
}
