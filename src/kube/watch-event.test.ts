import assert from "node:assert/strict";
import { test } from "node:test";
import { KubeError, type KubeErrorKind } from "./errors.ts";
import { parseWatchEvent, type WatchEvent } from "./watch-event.ts";
import { createWatchLines } from "./watch-lines.ts";

const object = { metadata: { name: "a", namespace: "ns", resourceVersion: "7" } };
const parse = (value: unknown) => parseWatchEvent(Buffer.from(JSON.stringify(value)));
const set: WatchEvent = { type: "set", key: "ns/a", object, resourceVersion: "7" };

const events: Record<string, readonly [unknown, WatchEvent]> = {
  "what is added": [{ type: "ADDED", object }, set],
  "what is changed": [{ type: "MODIFIED", object }, set],
  "what is deleted": [
    { type: "DELETED", object },
    { type: "deleted", key: "ns/a", resourceVersion: "7" },
  ],
  "what has no namespace": [
    { type: "DELETED", object: { metadata: { name: "a", resourceVersion: "8" } } },
    { type: "deleted", key: "a", resourceVersion: "8" },
  ],
  "a bookmark": [
    { type: "BOOKMARK", object: { metadata: { resourceVersion: "9", creationTimestamp: null } } },
    { type: "bookmark", resourceVersion: "9" },
  ],
};
for (const [name, [value, expected]] of Object.entries(events)) {
  test(`reads ${name}`, () => assert.deepEqual(parse(value), expected));
}

const failures: Record<string, readonly [unknown, KubeErrorKind, RegExp]> = {
  "an expired version": [
    { type: "ERROR", object: { kind: "Status", code: 410, message: "too old\n version" } },
    "gone",
    /too old version/,
  ],
  "a server that has too much to do": [
    { type: "ERROR", object: { code: 429, details: { retryAfterSeconds: 3 } } },
    "too-many-requests",
    /no reason/,
  ],
  "an error without a status": [{ type: "ERROR" }, "unknown", /no reason/],
  "a type that nobody knows": [{ type: "MOVED", object }, "unknown", /type/],
  "an object without a name": [{ type: "ADDED", object: { metadata: {} } }, "unknown", /no name/],
  "a bookmark without a version": [{ type: "BOOKMARK", object: {} }, "unknown", /bookmark/],
  "a text": ["text", "unknown", /no JSON/],
};
for (const [name, [value, kind, message]] of Object.entries(failures)) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => parse(value),
      (error: unknown) => {
        assert.ok(error instanceof KubeError);
        assert.match(error.message, message);
        return error.kind === kind;
      },
    );
  });
}

test("cuts lines wherever the chunks end, and passes over empty ones", () => {
  const bytes = Buffer.from("één\n\ntwee\n");
  for (let size = 1; size <= bytes.length; size += 1) {
    const lines: string[] = [];
    const watch = createWatchLines((line) => lines.push(line.toString("utf8")));
    for (let at = 0; at < bytes.length; at += size) watch.write(bytes.subarray(at, at + size));
    watch.end();
    assert.deepEqual(lines, ["één", "twee"]);
  }
});

test("does not lose the half of a line at the end", () => {
  const watch = createWatchLines(() => {});
  watch.write(Buffer.from("one\ntw"));
  assert.throws(() => watch.end(), /ended within an event/);
});

test("holds no line that is larger than any object can be", () => {
  const watch = createWatchLines(() => {});
  const much = Buffer.alloc(1024 * 1024, "x");
  assert.throws(() => {
    for (let i = 0; i < 9; i += 1) watch.write(much);
  }, KubeError);
});
