import assert from "node:assert/strict";
import { KubeError, type KubeErrorKind } from "../../src/kube/errors.ts";

/** The `KubeError` that a call ends with; a call that does not fail with one fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<KubeError> {
  const error = await call.then(
    () => assert.fail("the call did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof KubeError, String(error));
  return error;
}

/** Whether a failure is a `KubeError` of this kind. */
export function isKubeError(error: unknown, kind: KubeErrorKind): boolean {
  return error instanceof KubeError && error.kind === kind;
}
