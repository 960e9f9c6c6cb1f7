import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renderProgress } from "./render.ts";
import type { ImagePhase, ProgressState } from "./state.ts";

const nowMs = 10_000;

function stateOf(...phases: ImagePhase[]): ProgressState {
  return { startedMs: 3000, images: phases.map((phase, index) => ({ ref: `app:${index}`, phase })) };
}

const pulling = { kind: "pulling", startedMs: 5000, attempt: 1 } as const;

const lines: Record<string, [ImagePhase, string]> = {
  "bytes of a total, percent, speed and a bar": [
    { ...pulling, downloadedBytes: 5_250_000, totalBytes: 21_000_000, bytesPerSecond: 52_100_000 },
    "app:0    5.3 MB of  21.0 MB   25%   52.1 MB/s  [=====                 ]",
  ],
  "bytes alone while the total is not known": [
    { ...pulling, downloadedBytes: 512, bytesPerSecond: 100 },
    "app:0     512 B     100 B/s",
  ],
  "the time alone where the runtime tells no bytes": [pulling, "app:0      0:05"],
  "which attempt it is, from the second on": [{ ...pulling, attempt: 2 }, "app:0      0:05  attempt 2"],
  "never 100 % before all is there": [
    { ...pulling, downloadedBytes: 20_999_999, totalBytes: 21_000_000 },
    "app:0   21.0 MB of  21.0 MB   99%              [===================== ]",
  ],
  "unpacking once all is there": [
    { ...pulling, downloadedBytes: 21_000_000, totalBytes: 21_000_000 },
    "app:0   21.0 MB  unpacking",
  ],
  "seconds to the next attempt and why": [
    { kind: "waiting", untilMs: 12_400, reason: "rate-limited" },
    "app:0  waiting for retry in 3s (rate-limited)",
  ],
};
for (const [name, [phase, expected]] of Object.entries(lines)) {
  test(`an image's line shows ${name}`, () => {
    assert.equal(renderProgress(stateOf(phase), { columns: 80, rows: 24, nowMs })[0], expected);
  });
}

test("only what runs or waits has a line; the total counts the others", () => {
  const phases: ImagePhase[] = [
    { kind: "present" },
    { kind: "waiting", untilMs: nowMs, reason: "timeout" },
    { kind: "queued" },
    pulling,
    { kind: "failed", reason: "denied" },
  ];
  const state = { ...stateOf(...phases), downloadedBytes: 143_000_000, bytesPerSecond: 52_100_000 };
  assert.deepEqual(renderProgress(state, { columns: 80, rows: 24, nowMs }), [
    "app:3      0:05",
    "app:1  waiting for retry in 0s (timeout)",
    "1 of 5 images  1 failed  143 MB  52.1 MB/s  0:07",
  ]);
});

test("what has no room is counted", () => {
  const state = stateOf(pulling, pulling, pulling, pulling);
  const first = (rows: number) =>
    renderProgress(state, { columns: 80, rows, nowMs }).map((line) => line.split("  ")[0]);
  assert.deepEqual(first(5), ["app:0", "app:1", "app:2", "app:3", "0 of 4 images"]);
  assert.deepEqual(first(4), ["app:0", "app:1", "… and 2 more", "0 of 4 images"]);
  assert.deepEqual(first(2), ["… and 4 more", "0 of 4 images"]);
  assert.deepEqual(first(1), ["0 of 4 images"]);
});

test("a long name is cut in its middle and keeps its tag", () => {
  const images = [{ ref: `registry.example.com/${"a".repeat(100)}:v1.2`, phase: pulling }];
  const [line] = renderProgress({ startedMs: 0, images }, { columns: 40, rows: 9, nowMs });
  assert.equal(line, "registry.…aaaaa:v1.2      0:05");
});

const phaseArbitrary: fc.Arbitrary<ImagePhase> = fc.oneof(
  fc.record({
    kind: fc.constant("waiting" as const),
    untilMs: fc.integer(),
    reason: fc.string({ unit: "binary" }),
  }),
  fc.record(
    {
      kind: fc.constant("pulling" as const),
      startedMs: fc.nat(),
      attempt: fc.nat(),
      downloadedBytes: fc.nat(),
      totalBytes: fc.nat(),
      bytesPerSecond: fc.nat(),
    },
    { requiredKeys: ["kind", "startedMs", "attempt"] },
  ),
);

test("no line is wider than the terminal or holds anything but plain cells, and there are never too many", () => {
  const image = fc.record({ ref: fc.string({ unit: "binary" }), phase: phaseArbitrary });
  const size = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(image), size, (images, { columns, rows }) => {
      const got = renderProgress({ startedMs: 0, images }, { columns, rows, nowMs });
      const plain = got.every((line) => line.length <= columns && /^[ -~…]*$/.test(line));
      return plain && got.length <= rows;
    }),
  );
});
