import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Result } from "../gen/metrics.ts";
import { boundResult, parseResultJson, resultJson } from "./result-json.ts";

const nothing: Result = {
  attemptId: "",
  startedAt: 0,
  image: "",
  error: "",
  durationMs: 0,
  node: "",
  sizeBytes: 0,
};

test("has the names and the order of the original", () => {
  const result: Result = {
    attemptId: "a",
    startedAt: 1_700_000_000,
    image: "nginx",
    error: 'no "such"',
    durationMs: 12,
    node: "n1",
    sizeBytes: 2 ** 53 - 1,
  };
  assert.equal(
    resultJson(result),
    '{"attempt_id":"a","started_at":1700000000,"image":"nginx","error":"no \\"such\\"","duration_ms":12,"node":"n1","size_bytes":9007199254740991}',
  );
});

test("leaves out what is empty or zero", () => {
  assert.equal(resultJson({ ...nothing, attemptId: "b" }), '{"attempt_id":"b"}');
  assert.equal(resultJson(nothing), "{}");
});

test("is read as what was written", () => {
  const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const text = fc.string({ unit: "binary" });
  const results = fc.record({
    attemptId: text,
    startedAt: fc.maxSafeInteger(),
    image: text,
    error: text,
    durationMs: count,
    node: text,
    sizeBytes: count,
  });
  const plain = (result: Result) => ({ ...result, startedAt: result.startedAt + 0 });
  fc.assert(
    fc.property(results, (result) => {
      assert.deepEqual(parseResultJson(resultJson(result)), plain(result));
      assert.doesNotMatch(resultJson(result), /\n/);
    }),
  );
});

for (const text of ["", "x", "[]", "null", "1", '{"image":1}', '{"size_bytes":"1"}', '{"started_at":0.5}']) {
  test(`${JSON.stringify(text)} is no result`, () => assert.throws(() => parseResultJson(text)));
}

test("keeps no more of a text than its bound", () => {
  const long = "x".repeat(1_000_000);
  const bounded = boundResult({ ...nothing, attemptId: long, image: long, error: long, node: long });
  assert.ok(resultJson(bounded).length < 4000);
  assert.match(bounded.error, /…$/);
});

test("keeps no character of a text that a terminal obeys", () => {
  const hostile = "\u001b[2J\u009b31m\r\n\u202e\u2028é";
  const texts = { attemptId: hostile, image: hostile, error: hostile, node: hostile };
  const safe = "\\x1b[2J\\x9b31m\\x0d\\x0a\\u202e\\u2028é";
  assert.deepEqual(boundResult({ ...nothing, ...texts }), {
    ...nothing,
    ...{ attemptId: safe, image: safe, error: safe, node: safe },
  });
});

test("what is kept of a text is kept as it is when it is read again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (error) => {
      const kept = boundResult({ ...nothing, error });
      assert.deepEqual(boundResult(parseResultJson(resultJson(kept))), kept);
    }),
  );
});
