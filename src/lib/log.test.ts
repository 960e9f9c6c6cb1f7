import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLogger, type Logger, type LoggerOptions, type LogLevel } from "./log.ts";

const dateMs = new Date(2026, 0, 2, 12, 3, 4, 5).getTime();

function record(options: Partial<LoggerOptions> = {}): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const logger = createLogger({
    level: "debug",
    format: "json",
    clock: { dateMs: () => dateMs },
    write,
    ...options,
  });
  return { logger, lines };
}

function recordJson(fields: Record<string, unknown>): Record<string, unknown> {
  const { logger, lines } = record();
  logger.info("message", fields);
  assert.equal(lines.length, 1);
  const { time: _time, level: _level, msg: _msg, ...rest } = JSON.parse(lines[0] ?? "");
  return rest;
}

class KindError extends Error {
  readonly kind = "rate-limited";
}

test("a JSON line has time, level and message, then the fields", () => {
  const { logger, lines } = record();
  logger.warn("pull failed", { ref: "nginx:1", attempt: 2 });
  const time = new Date(dateMs).toISOString();
  assert.deepEqual(lines, [
    `{"time":"${time}","level":"warn","msg":"pull failed","ref":"nginx:1","attempt":2}`,
  ]);
});

test("a text line is short and quotes only what needs it", () => {
  const { logger, lines } = record({ format: "text" });
  logger.info("pulled", { ref: "nginx:1", reason: "a b", empty: "", list: [1, "x"], none: undefined });
  assert.deepEqual(lines, ['12:03:04 info  pulled ref=nginx:1 reason="a b" empty="" list=[1,"x"]']);
});

const written: Record<LogLevel, LogLevel[]> = {
  debug: ["debug", "info", "warn", "error"],
  info: ["info", "warn", "error"],
  warn: ["warn", "error"],
  error: ["error"],
};
for (const [level, expected] of Object.entries(written)) {
  test(`level ${level} writes ${expected.join(", ")}`, () => {
    const { logger, lines } = record({ level: level as LogLevel });
    for (const name of written.debug) logger[name]("m");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).level),
      expected,
    );
  });
}

test("an error is written as its message, with its kind beside it", () => {
  const fields = { error: new KindError("too many requests"), other: new Error("plain") };
  assert.deepEqual(recordJson(fields), {
    error: "too many requests",
    errorKind: "rate-limited",
    other: "plain",
  });
});

test("an escape sequence in a message, a name, a value or an error reaches no terminal", () => {
  for (const format of ["json", "text"] as const) {
    const { logger, lines } = record({ format });
    const bad = "\u001b[2J\u202e\nnext";
    logger.error(bad, { [bad]: bad, error: new Error(bad), deep: { [bad]: [bad] } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    assert.doesNotMatch(lines.join(""), /[\u0000-\u001f\u202e]/);
  }
});

test("fields cannot replace the line's own time, level and message", () => {
  assert.deepEqual(recordJson({ level: "fake", msg: 1, time: 2 }), { level_: "fake", msg_: 1, time_: 2 });
});

test("what JSON cannot hold is still told", () => {
  const fields = { big: 12n, nan: Number.NaN, date: new Date(0), bad: new Date(Number.NaN), nothing: null };
  assert.deepEqual(recordJson(fields), {
    big: "12",
    nan: "NaN",
    date: "1970-01-01T00:00:00.000Z",
    bad: "invalid date",
    nothing: null,
  });
});

test("a cycle and a getter that throws cost no more than themselves", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const throwing = {
    get inner(): never {
      throw new Error("no");
    },
  };
  const fields = Object.defineProperty({ cycle, throwing, ref: "a" }, "gone", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  const got = recordJson(fields);
  assert.equal(got["ref"], "a");
  assert.equal(JSON.stringify(got["cycle"]), '{"self":{"self":{"self":{"self":"…"}}}}');
  assert.equal(got["throwing"], "[unreadable]");
  assert.equal("gone" in got, false);
});

test("a writer that fails does not reach the caller", () => {
  const write = () => {
    throw new Error("EPIPE");
  };
  record({ write }).logger.error("m");
});

test("any value at all becomes exactly one line of JSON", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anything), (fields) => {
      const { logger, lines } = record();
      logger.info("m", fields);
      return lines.length === 1 && JSON.parse(lines[0] ?? "").msg === "m";
    }),
  );
});
