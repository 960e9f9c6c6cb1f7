import assert from "node:assert/strict";
import { test } from "node:test";
import { statusCode, statusMessage } from "./status.ts";

test("names the codes of the wire", () => {
  assert.deepEqual(["0", "5", "14", "16"].map(statusCode), [
    "OK",
    "NOT_FOUND",
    "UNAVAILABLE",
    "UNAUTHENTICATED",
  ]);
});

test("takes what no specification knows as UNKNOWN", () => {
  assert.deepEqual(["17", "-1", "x", undefined].map(statusCode), [
    "UNKNOWN",
    "UNKNOWN",
    "UNKNOWN",
    "UNKNOWN",
  ]);
});

test("decodes percent-encoded UTF-8 and shows a broken encoding as it came", () => {
  assert.equal(statusMessage("a%20%C3%A4"), "a ä");
  assert.equal(statusMessage("100%"), "100%");
  assert.equal(statusMessage(undefined), "");
});
