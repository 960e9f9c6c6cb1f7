import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRetryAfter } from "../lib/retry-after.ts";
import { parseAnswer } from "./answer.ts";
import { KubeError } from "./errors.ts";

const nowMs = Date.UTC(2030, 0, 1);

const headers: Record<string, readonly [string | undefined, number | undefined]> = {
  "is absent": [undefined, undefined],
  "has seconds": ["12", 12_000],
  "has a date": ["Tue, 01 Jan 2030 00:00:30 GMT", 30_000],
  "has a date that is over": ["Mon, 31 Dec 2029 00:00:00 GMT", 0],
  "has neither": ["soon", undefined],
};
for (const [name, [header, expected]] of Object.entries(headers)) {
  test(`reads a Retry-After that ${name}`, () => assert.equal(parseRetryAfter(header, nowMs), expected));
}

function failure(status: number, content: unknown): KubeError {
  const body = Buffer.from(JSON.stringify(content));
  try {
    parseAnswer({ status, headers: { "content-type": "application/json" }, body }, nowMs, undefined);
  } catch (error) {
    if (error instanceof KubeError) return error;
  }
  return assert.fail("no KubeError");
}

test("takes reason and pause from a Status object", () => {
  const error = failure(500, { reason: "ServerTimeout", message: "etcd", details: { retryAfterSeconds: 2 } });
  assert.deepEqual([error.kind, error.reason, error.retryAfterMs], ["unavailable", "ServerTimeout", 2000]);
  assert.equal(error.message, "etcd (HTTP 500)");
});

test("takes no harm from an answer of another shape", () => {
  for (const content of [null, [], "text", 7, { message: 7, reason: {}, details: "x" }]) {
    const error = failure(403, content);
    assert.deepEqual([error.kind, error.message, error.retryAfterMs], ["forbidden", "HTTP 403", undefined]);
  }
});

test("writes what a server says on one line without control characters", () => {
  const { message } = failure(400, { message: "a\n  b \u001b[31m" });
  assert.equal(message, "a b \\x1b[31m (HTTP 400)");
});
