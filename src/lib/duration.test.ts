import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "./config-error.ts";
import { formatDuration, parseDuration } from "./duration.ts";

const parsed: Record<string, number> = {
  "0": 0,
  "+0": 0,
  "-0": 0,
  "0s": 0,
  "-0s": 0,
  "1m30s": 90_000,
  "500ms": 500,
  "1.5h": 5_400_000,
  "-2s": -2000,
  "+5s": 5000,
  ".5s": 500,
  "1.s": 1000,
  "1.005s": 1005,
  "10us": 0.01,
  "10µs": 0.01,
  "10μs": 0.01,
  "1ns": 0.000001,
  "1h1h": 7_200_000,
  "2562047h": 9_223_369_200_000,
};
for (const [text, ms] of Object.entries(parsed)) {
  test(`reads ${text} as Go does`, () => assert.equal(parseDuration(text), ms));
}

const refused: Record<string, RegExp> = {
  "": /it is empty/,
  "-": /it is empty/,
  "30": /"30" has no unit/,
  "1m30": /"30" has no unit/,
  "5 s": /" s" is no unit/,
  "1d": /"d" is no unit/,
  "5mh": /"mh" is no unit/,
  s: /a number is missing/,
  ".": /a number is missing/,
  ".s": /a number is missing/,
  "1..5s": /has no unit/,
  "--1s": /a number is missing/,
  "1e3s": /"e" is no unit/,
  "2562048h": /too long/,
};
for (const [text, reason] of Object.entries(refused)) {
  test(`refuses ${JSON.stringify(text)} with the reason, the text and an example`, () => {
    assert.throws(
      () => parseDuration(text),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, reason);
        assert.ok(error.message.startsWith(`"${text}" is no duration`));
        assert.match(error.message, /like 1m30s or 500ms/);
        return true;
      },
    );
  });
}

test("a long or hostile text is cut and escaped in the message", () => {
  const text = `\u001b[2J${"9".repeat(1_000_000)}`;
  assert.throws(
    () => parseDuration(text),
    (error: Error) => error.message.length < 300 && error.message.includes("\\x1b[2J"),
  );
});

const formatted: [number, string][] = [
  [0, "0s"],
  [500, "500ms"],
  [1.5, "1.5ms"],
  [0.25, "250µs"],
  [0.000002, "2ns"],
  [1500, "1.5s"],
  [30_000, "30s"],
  [90_000, "1m30s"],
  [1_200_000, "20m"],
  [3_605_000, "1h5s"],
  [-90_000, "-1m30s"],
];
for (const [ms, text] of formatted) {
  test(`writes ${ms} ms as ${text}`, () => assert.equal(formatDuration(ms), text));
}

test("what it writes reads back as the same milliseconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms),
  );
});

test("reading any text ends in a finite number or a ConfigError", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return Number.isFinite(parseDuration(text));
      } catch (error) {
        return error instanceof ConfigError;
      }
    }),
  );
});
