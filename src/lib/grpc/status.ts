/** gRPC status codes by number: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const names = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

export type StatusCode = (typeof names)[number];

export interface GrpcErrorOptions extends ErrorOptions {
  /** The server said so itself; otherwise its answer never came. */
  readonly fromServer?: boolean;
  /** The server never began with the call, so that it may be sent again whatever it does. */
  readonly refused?: boolean;
}

/** A call that did not end with OK: the server's status, or one that the client had to find for itself. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: StatusCode;
  readonly fromServer: boolean;
  readonly refused: boolean;

  constructor(code: StatusCode, message: string, options?: GrpcErrorOptions) {
    super(message, options);
    this.code = code;
    this.fromServer = options?.fromServer ?? false;
    this.refused = options?.refused ?? false;
  }
}

/** The name of a status code on the wire; what no specification knows is UNKNOWN. */
export function statusCode(wire: string | undefined): StatusCode {
  return names[Number(wire)] ?? "UNKNOWN";
}

/** How a status code is written on the wire. */
export function wireCode(code: StatusCode): string {
  return String(names.indexOf(code));
}

/** Encodes `grpc-message`: percent-encoded UTF-8. */
export function wireMessage(message: string): string {
  return encodeURIComponent(message.toWellFormed()).replaceAll("%20", " ");
}

/** Decodes `grpc-message`, which is percent-encoded UTF-8; a broken encoding is shown as it came. */
export function statusMessage(wire: string | undefined): string {
  try {
    return decodeURIComponent(wire ?? "");
  } catch {
    return wire ?? "";
  }
}
