import assert from "node:assert/strict";
import { test } from "node:test";
import { statusCode, statusMessage, wireCode, wireMessage } from "./status.ts";

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

test("a code and a message survive the way over the wire", () => {
  assert.equal(statusCode(wireCode("UNAUTHENTICATED")), "UNAUTHENTICATED");
  assert.equal(wireCode("OK"), "0");
  const message = "50 % of ä\nis \u{1f600}";
  assert.match(wireMessage(message), /^[ -~]*$/);
  assert.equal(statusMessage(wireMessage(message)), message);
  assert.equal(statusMessage(wireMessage("\ud800")), "\ufffd");
});
