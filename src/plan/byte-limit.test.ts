import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../lib/config-error.ts";
import { limitBytes, parseByteLimit } from "./byte-limit.ts";

const sizes: Record<string, object> = {
  "20%": { percent: 20 },
  "0%": { percent: 0 },
  "100%": { percent: 100 },
  "7.5%": { percent: 7.5 },
  "0": { bytes: 0 },
  "1000": { bytes: 1000 },
  "5Gi": { bytes: 5 * 2 ** 30 },
  "1.5Ki": { bytes: 1536 },
  "500M": { bytes: 500e6 },
  "2k": { bytes: 2000 },
  "1Ti": { bytes: 2 ** 40 },
};

for (const [text, limit] of Object.entries(sizes)) {
  test(`reads ${text}`, () => assert.deepEqual(parseByteLimit("--max-pinned", text), limit));
}

for (const text of ["", "%", "-1", "20 %", "5gb", "5m", "101%", "1e9", "Gi", "20%%", "٣"]) {
  test(`refuses "${text}" in a line that names the flag`, () => {
    assert.throws(
      () => parseByteLimit("--min-free", text),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^--min-free: "[^\n]*" is [^\n]+$/);
        return true;
      },
    );
  });
}

test("makes text from outside printable", () => {
  assert.throws(() => parseByteLimit("--min-free", "\u001b[2J"), /\\x1b/);
});

test("a part of the disk is as large as the disk makes it", () => {
  assert.equal(limitBytes({ percent: 20 }, 1000), 200);
  assert.equal(limitBytes({ bytes: 5 }, 1000), 5);
});

test("a part of a disk of unknown size is unknown, but nothing of it is nothing", () => {
  assert.equal(limitBytes({ percent: 20 }, undefined), undefined);
  assert.equal(limitBytes({ percent: 0 }, undefined), 0);
  assert.equal(limitBytes({ bytes: 5 }, undefined), 5);
});
