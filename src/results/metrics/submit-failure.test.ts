import assert from "node:assert/strict";
import { test } from "node:test";
import { GrpcError } from "../../lib/grpc/status.ts";
import { decidePatienceMs } from "./submit-failure.ts";

const failed = (code: string) => Object.assign(new Error("as the system says"), { code });
const cases: Record<string, [error: unknown, patienceMs: number]> = {
  "that is not yet ready has all the time": [
    new GrpcError("UNAVAILABLE", "starting", { fromServer: true }),
    Number.POSITIVE_INFINITY,
  ],
  "that is full has all the time": [
    new GrpcError("RESOURCE_EXHAUSTED", "full", { fromServer: true }),
    Number.POSITIVE_INFINITY,
  ],
  "that wants another token has a second": [
    new GrpcError("UNAUTHENTICATED", "token", { fromServer: true }),
    1000,
  ],
  "that cuts connections may be busy": [
    new GrpcError("UNAVAILABLE", "cut", { cause: failed("ECONNRESET") }),
    4000,
  ],
  "that refuses a call may be busy": [new GrpcError("UNAVAILABLE", "refused", { refused: true }), 4000],
  "that nobody has started yet has some seconds": [
    new GrpcError("UNAVAILABLE", "refused", { cause: failed("ECONNREFUSED") }),
    8000,
  ],
  "whose Service is not known yet has some seconds": [
    new GrpcError("UNAVAILABLE", "no such name", { cause: failed("ENOTFOUND") }),
    8000,
  ],
  "that says nothing has a second": [new GrpcError("DEADLINE_EXCEEDED", "no answer within 5s"), 1000],
  "that breaks in an unknown way has a second": [new Error("what?"), 1000],
};
for (const [name, [error, patienceMs]] of Object.entries(cases)) {
  test(`an aggregator ${name}`, () => assert.equal(decidePatienceMs(error), patienceMs));
}
