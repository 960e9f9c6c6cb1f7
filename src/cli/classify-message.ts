import type { ClassifyMessage } from "../hold/promotion/judge-probe.ts";
import { GrpcError, statusCode } from "../lib/grpc/status.ts";
import { runtimeErrorFrom } from "../runtime/classify.ts";

/** What a runtime means by a message that the kubelet passes on: the same as where it tells us itself. */
export const classifyMessage: ClassifyMessage = (message, code) => {
  const error = new GrpcError(codeOf(code), message, { fromServer: true });
  return runtimeErrorFrom(error, "").kind;
};

const known = Array.from({ length: 17 }, (_, number) => statusCode(String(number)));

function codeOf(text: string | undefined): ReturnType<typeof statusCode> {
  return known.find((code) => code === text) ?? "UNKNOWN";
}
