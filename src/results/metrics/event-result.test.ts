import assert from "node:assert/strict";
import { test } from "node:test";
import type { PullEvent } from "../pull-events.ts";
import { createAttemptId } from "./attempt-id.ts";
import { createEventResult } from "./event-result.ts";

const image = "docker.io/library/nginx:1";
const pulled: PullEvent = {
  type: "pulled",
  image,
  attempt: 2,
  sizeBytes: 123,
  startedAtMs: 1_700_000_000_999,
  durationMs: 1234.56,
};
const failed: PullEvent = {
  type: "attempt-failed",
  image,
  attempt: 1,
  kind: "denied",
  message: "no leave",
  startedAtMs: 1_700_000_000_999,
  durationMs: 5,
  nextAttemptInMs: undefined,
};
const common = { attemptId: "id", startedAt: 1_700_000_000, image, node: "n1" };
const convert = (event: PullEvent) => createEventResult(event, "n1", () => "id");

test("a pull and a failed attempt are results", () => {
  assert.deepEqual(convert(pulled), { ...common, error: "", durationMs: 1234, sizeBytes: 123 });
  assert.deepEqual(convert(failed), { ...common, error: "no leave", durationMs: 5, sizeBytes: 0 });
});

test("a failure without a message is no success", () => {
  assert.equal(convert({ ...failed, message: "" })?.error, "denied");
});

test("numbers that the wire cannot carry become ones that it can", () => {
  const strange = convert({ ...pulled, startedAtMs: -5, durationMs: Number.NaN, sizeBytes: 1e300 });
  assert.deepEqual([strange?.startedAt, strange?.durationMs], [0, 0]);
  assert.equal(strange?.sizeBytes, 0x1f_ffff_ffff_ffff);
});

test("what ends no attempt is no result", () => {
  assert.equal(convert({ type: "attempt", image, attempt: 1, timeoutMs: 1 }), undefined);
  assert.equal(convert({ type: "total", downloadedBytes: 1 }), undefined);
});

test("an attempt's id is a version 4 UUID, and no two are the same", () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => createAttemptId(Math.random)));
  assert.equal(ids.size, 10_000);
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  assert.match(
    createAttemptId(() => 0.999_999_999),
    /^ffffffff-ffff-4fff-bfff-ffffffffffff$/,
  );
});
