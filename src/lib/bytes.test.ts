import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatBytes, formatRate } from "./bytes.ts";

const sizes: [number, string][] = [
  [0, "0 B"],
  [512, "512 B"],
  [999.4, "999 B"],
  [999.6, "1.0 kB"],
  [1000, "1.0 kB"],
  [99_949, "99.9 kB"],
  [99_950, "100 kB"],
  [999_700, "1.0 MB"],
  [21_000_000, "21.0 MB"],
  [143_400_000, "143 MB"],
  [2.5e9, "2.5 GB"],
  [7e12, "7.0 TB"],
  [5e18, "5000 PB"],
];
for (const [bytes, text] of sizes) {
  test(`writes ${bytes} bytes as ${text}`, () => assert.equal(formatBytes(bytes), text));
}

test("writes a speed per second", () => assert.equal(formatRate(52_100_000), "52.1 MB/s"));

test("a size never takes more than eight columns", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 9e17, noNaN: true }), (n) => formatBytes(n).length <= 8));
});
