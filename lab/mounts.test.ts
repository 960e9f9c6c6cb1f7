import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountsUnder } from "./mounts.ts";

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
90 27 0:40 / /tmp/lab rw - tmpfs tmpfs rw
91 90 0:41 / /tmp/lab/node1/store rw - tmpfs tmpfs rw
92 91 0:42 / /tmp/lab/node1/store/a\\040b rw - overlay overlay rw
93 27 0:43 / /tmp/laboratory rw - tmpfs tmpfs rw
`;

test("what is mounted last is unmounted first, with escapes in paths undone", () => {
  const paths = ["/tmp/lab/node1/store/a b", "/tmp/lab/node1/store", "/tmp/lab"];
  assert.deepEqual(parseMountsUnder(mountinfo, "/tmp/lab"), paths);
});

test("a folder whose name only begins alike is left alone", () => {
  assert.deepEqual(parseMountsUnder(mountinfo, "/tmp/la"), []);
});
