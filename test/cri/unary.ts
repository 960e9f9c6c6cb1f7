import type { Server, ServerUnaryCall, ServiceError, sendUnaryData } from "@grpc/grpc-js";
import { Metadata, status } from "@grpc/grpc-js";
import type { AuthConfig } from "../../src/runtime/gen/cri.ts";
import type { CriMethod } from "./behaviour.ts";
import { StatusError } from "./status-error.ts";

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** One method of a service: its messages, and what is answered when all is well. */
export interface UnaryMethod<Request, Response> {
  readonly service: "ImageService" | "RuntimeService";
  readonly name: CriMethod;
  readonly codecs: readonly [Codec<Request>, Codec<Response>];
  /** The image that a request names. */
  readonly image?: (request: Request) => string | undefined;
  readonly auth?: (request: Request) => AuthConfig | undefined;
  /** Throws a `StatusError` to fail the call. */
  answer(request: Request): Response;
}

/** A call as it arrives, before it is answered. */
export interface IncomingCall {
  readonly method: CriMethod;
  readonly image: string | undefined;
  readonly auth: AuthConfig | undefined;
  /** Of containerd: the lease that the call runs under. */
  readonly leaseId: string | undefined;
  /** Aborts when the client gives up or is gone. */
  readonly signal: AbortSignal;
}

/** Runs `answer` when its time has come; throws to fail the call. */
export type Intercept = <Response>(call: IncomingCall, answer: () => Response) => Promise<Response>;

/** Serves one method; every call passes through `intercept`. */
export function registerUnary<Request, Response>(
  server: Server,
  method: UnaryMethod<Request, Response>,
  intercept: Intercept,
): void {
  const [request, response] = method.codecs;
  server.register<Request, Response>(
    `/runtime.v1.${method.service}/${method.name}`,
    (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
      intercept(incomingCall(method, call), () => method.answer(call.request)).then(
        (answer) => callback(null, answer),
        (error: unknown) => callback(serviceError(error)),
      );
    },
    (message) => Buffer.from(response.encode(message).finish()),
    (bytes) => request.decode(bytes),
    "unary",
  );
}

function incomingCall<Request, Response>(
  method: UnaryMethod<Request, Response>,
  call: ServerUnaryCall<Request, Response>,
): IncomingCall {
  const cancelled = new AbortController();
  call.once("cancelled", () => cancelled.abort());
  return {
    method: method.name,
    image: method.image?.(call.request),
    auth: method.auth?.(call.request),
    leaseId: call.metadata.get("containerd-lease")[0]?.toString(),
    signal: cancelled.signal,
  };
}

function serviceError(error: unknown): ServiceError {
  const code = error instanceof StatusError ? status[error.code] : status.INTERNAL;
  const details = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
